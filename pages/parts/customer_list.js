// The list of customers. Everything is set as text, never as HTML: a name is a name, whatever is in it.
const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const face = (row) => {
  const node = make("span", "face")
  node.setAttribute("aria-hidden", "true")
  if (row.photo) {
    const image = make("img")
    image.referrerPolicy = "no-referrer"
    image.loading = "lazy"
    image.alt = ""
    image.onerror = () => node.replaceChildren(row.initials)
    image.src = row.photo
    node.append(image)
  } else {
    node.textContent = row.initials
  }
  return node
}

const line = (row, open) => {
  const link = make("a", row.anonymous ? "quiet" : "")
  link.href = row.href
  link.dataset.key = row.key
  link.onclick = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return // a new tab, as people expect of a link
    event.preventDefault()
    open(row.key)
  }
  const who = make("span", "who-is")
  who.append(make("div", "name", row.name))
  const sub = make("div", "sub")
  const channel = make("span", "channel", row.channel)
  channel.style.setProperty("--channel", row.color)
  sub.append(channel, ` · ${row.language}`)
  who.append(sub)

  const state = make("span", "state")
  state.append(make("span", `status ${row.status}`, row.status_label))

  const said = make("span", "said")
  const preview = make("div", "preview")
  if (row.sender) preview.append(make("span", "who", `${row.sender}: `))
  preview.append(row.preview)
  said.append(preview)

  const when = make("span", "when")
  const time = make("time", "", row.when)
  time.dateTime = row.at
  when.append(time)
  if (row.muted) when.append(make("div", "muted", row.muted))
  link.append(face(row), who, state, said, when)
  return link
}

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ul")
  const open = (key) => setTriggerValue("open", key)
  const before = new Map([...list.children].map((item) => [item.dataset.key, item]))
  // Rows that did not change stay the same nodes: focus and hover survive a refresh.
  const items = data.rows.map((row) => {
    const text = JSON.stringify(row)
    const known = before.get(row.key)
    if (known && known.dataset.text === text) return known
    const item = known ?? make("li")
    item.dataset.key = row.key
    item.dataset.text = text
    const focused = item.contains(parentElement.activeElement)
    item.replaceChildren(line(row, open))
    if (focused) item.firstChild.focus()
    return item
  })
  items.forEach((item, place) => {
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null)
  })
  while (list.children.length > items.length) list.lastChild.remove()
}
