// A button that has Plotly save the chart beside it, as its own camera in the tool bar does, which few people find.
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button")
  button.textContent = data.label
  button.title = data.help
  button.setAttribute("aria-label", data.help)
  button.onclick = () => {
    const camera = document.querySelector(`.${CSS.escape(data.chart)} .modebar-btn`)
    if (!camera) return
    camera.click()
    setTriggerValue("taken", true)
  }
}
