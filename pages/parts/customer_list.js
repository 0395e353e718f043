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
  if (row.unread) link.classList.add("unread")
  const who = make("span", "who-is")
  const name = make("div", "name", row.name)
  if (row.unread) name.prepend(make("span", "dot", "unread "))
  who.append(name)
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
  if (row.muted) said.append(make("div", "muted", row.muted))

  const when = make("span", "when")
  const time = make("time", "", row.when)
  time.dateTime = row.at
  when.append(time)
  when.append(make("div", row.muted ? "handled person" : "handled", row.handled))
  link.append(face(row), who, state, said, when)
  return link
}

// Up to when this browser has read each conversation (the composer notes it); of those that it never opened, what came
// after its first look at the list is unread, and not a whole history.
const reading = (now) => {
  try {
    if (!localStorage.getItem("misheard.since")) localStorage.setItem("misheard.since", now)
    const read = JSON.parse(localStorage.getItem("misheard.read")) ?? {}
    const since = localStorage.getItem("misheard.since")
    return (row) => Boolean(row.user_at) && row.user_at > (read[row.key] ?? since)
  } catch {
    return () => false
  }
}

const draw = (list, data, open, active) => {
  const isUnread = reading(data.now)
  const before = new Map([...list.children].map((item) => [item.dataset.key, item]))
  // Rows that did not change stay the same nodes: focus and hover survive a refresh.
  const items = data.rows.map((row) => {
    const shown = { ...row, unread: isUnread(row) }
    const text = JSON.stringify(shown)
    const known = before.get(row.key)
    if (known && known.dataset.text === text) return known
    const item = known ?? make("li")
    item.dataset.key = row.key
    item.dataset.text = text
    const focused = item.contains(active)
    item.replaceChildren(line(shown, open))
    if (focused) item.firstChild.focus()
    return item
  })
  items.forEach((item, place) => {
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null)
  })
  while (list.children.length > items.length) list.lastChild.remove()
}

const AIMING = 1000 // milliseconds after the pointer moved over the list in which no row moves away from under it
const aims = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector("ul")
  const open = (key) => setTriggerValue("open", key)
  parentElement.querySelector("button").onclick = () => { // on a phone they stand beneath the list, a long way down
    const beneath = document.querySelector(".st-key-filters")
    if (beneath) beneath.style.scrollMarginTop = "4rem" // below the menu, which stays
    beneath?.scrollIntoView()
    beneath?.querySelector("button:enabled")?.focus({ preventScroll: true })
  }
  const redraw = () => draw(list, data, open, parentElement.activeElement)
  let later
  list.onpointermove = () => aims.set(list, Date.now())
  const settle = () => {
    const left = list.matches(":hover") ? (aims.get(list) ?? 0) + AIMING - Date.now() : 0
    if (left > 0 && list.children.length) later = setTimeout(settle, left)
    else redraw()
  }
  settle()
  window.addEventListener("storage", redraw) // read in another tab
  return () => {
    clearTimeout(later)
    window.removeEventListener("storage", redraw)
  }
}
