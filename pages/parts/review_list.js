// The queue of groups: one list, a cursor, a selection, and the keys. Everything is set as text, never as HTML.
const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const SVG = "http://www.w3.org/2000/svg"
const spark = (weeks) => {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", `0 0 ${weeks.length * 5} 20`)
  svg.setAttribute("role", "img")
  svg.setAttribute("aria-label", `Failures per week: ${weeks.join(", ")}`)
  const most = Math.max(1, ...weeks)
  weeks.forEach((count, week) => {
    const bar = document.createElementNS(SVG, "rect")
    const height = count ? Math.max(2, (18 * count) / most) : 1
    bar.setAttribute("x", week * 5)
    bar.setAttribute("y", 20 - height)
    bar.setAttribute("width", 4)
    bar.setAttribute("height", height)
    if (!count) bar.setAttribute("class", "none")
    svg.append(bar)
  })
  return svg
}

// On a phone what was opened stands beneath the whole list.
const showOpened = () => {
  const opened = document.querySelector(".st-key-opened_group")
  if (opened) opened.style.scrollMarginTop = "4rem" // below the menu, which stays
  opened?.scrollIntoView()
}

const line = (row, state) => {
  const item = make("li")
  item.dataset.key = row.key
  item.className = [row.key === state.opened && "opened", state.selected.has(row.key) && "selected"].filter(Boolean).join(" ")
  const box = make("input")
  box.type = "checkbox"
  box.checked = state.selected.has(row.key)
  box.setAttribute("aria-label", `Select ${row.name}`)
  box.onchange = () => state.select(row.key)
  const button = make("button", "group")
  button.type = "button"
  if (row.key === state.opened) button.setAttribute("aria-current", "true")
  button.onclick = () => {
    state.shows = matchMedia("(max-width: 640px)").matches
    state.open(row.key)
  }
  const what = make("span", "what")
  what.append(make("span", "name", row.name))
  const sub = make("span", "sub")
  if (row.badge) sub.append(make("span", `badge ${row.state}`, row.badge))
  if (row.intent) sub.append(make("span", "intent", row.intent))
  sub.append(make("span", "words", row.words))
  what.append(sub)
  const where = make("span", "where")
  for (const channel of row.channels) {
    const dot = make("span", "channel")
    dot.style.setProperty("--channel", channel.color)
    dot.title = channel.title
    dot.setAttribute("role", "img")
    dot.setAttribute("aria-label", channel.title)
    where.append(dot)
  }
  where.append(make("span", "languages", row.languages), make("span", "when", row.when))
  const count = make("span", "count")
  count.append(make("b", "", row.customers), make("span", "", row.messages), make("span", "", row.share))
  button.append(what, where, spark(row.weeks), count)
  item.append(box, button)
  return item
}

const states = new WeakMap()
const typing = (event) =>
  event.composedPath().some((node) => node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && node.type !== "checkbox"))

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const list = parentElement.querySelector("ul")
  const keys = data.rows.map((row) => row.key)
  const state = states.get(parentElement) ?? { selected: new Set(), opened: null, told: null }
  states.set(parentElement, state)
  const before = state.selected.size
  if (data.cleared !== state.cleared) {
    state.cleared = data.cleared
    state.selected.clear()
  }
  for (const key of [...state.selected]) if (!keys.includes(key)) state.selected.delete(key)
  if (state.selected.size !== before) setStateValue("selected", [...state.selected])
  if (data.opened !== state.told) state.opened = state.told = data.opened

  const draw = () => {
    const focused = parentElement.activeElement?.closest?.("li")?.dataset.key
    const onBox = parentElement.activeElement?.type === "checkbox"
    list.replaceChildren(...data.rows.map((row) => line(row, state)))
    if (focused) [...list.children].find((item) => item.dataset.key === focused)?.querySelector(onBox ? "input" : "button").focus({ preventScroll: true })
  }
  state.open = (key) => {
    if (!key) return
    state.opened = key
    draw()
    list.querySelector(".opened")?.scrollIntoView({ block: "nearest" })
    clearTimeout(state.waiting)
    // Who goes through the list quickly wants only the last of them.
    state.waiting = setTimeout(() => setTriggerValue("open", key), 120)
  }
  state.select = (key) => {
    if (!state.selected.delete(key)) state.selected.add(key)
    draw()
    setStateValue("selected", [...state.selected])
  }
  draw()
  if (state.shows && data.opened === state.opened) {
    state.shows = false
    requestAnimationFrame(showOpened)
  }
  if (!data.keys) return () => clearTimeout(state.waiting)

  const step = (by) => {
    const at = keys.indexOf(state.opened)
    state.open(keys[at < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, at + by))])
  }
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event)) return
    if (document.querySelector("[role=dialog]")) return
    const key = event.key
    if (key === "n" || key === "j") step(1)
    else if (key === "p" || key === "k") step(-1)
    else if (key === "x" && state.opened) state.select(state.opened)
    else if (key === "o" && state.opened) setTriggerValue("visit", state.opened)
    else if (/^[1-9]$/.test(key) && state.opened && state.opened === data.opened && data.suggestions[key - 1] !== undefined) setTriggerValue("assign", { group: state.opened, intent: data.suggestions[key - 1] })
    else if (key === "/") document.querySelector(".st-key-review_q input")?.focus()
    else if (key === "a") document.querySelector("[class*=st-key-review_intent_] input")?.focus()
    else return
    event.preventDefault()
  }
  document.addEventListener("keydown", pressed)
  return () => {
    clearTimeout(state.waiting)
    document.removeEventListener("keydown", pressed)
  }
}
