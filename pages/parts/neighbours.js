// The way back to the list and on to the neighbours: links that a new tab can take, and that this page follows itself.
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.querySelector(".place").textContent = data.place
  for (const name of ["list", "previous", "next"]) {
    const link = parentElement.querySelector(`.${name}`)
    const { href, key } = data[name]
    if (href) link.href = href
    else link.removeAttribute("href")
    link.onclick = (event) => {
      if (!href || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
      event.preventDefault()
      setTriggerValue(name === "list" ? "list" : "open", key)
    }
  }
}
