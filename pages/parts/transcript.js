// A conversation. Everything is set as text, never as HTML. Lines that did not change stay the same nodes, so a refresh
// keeps the reader's place, selection and focus.
const states = new WeakMap()
const NEAR = 48 // pixels from the end that still count as reading the latest

const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const clock = (entry) => {
  const time = make("time", "", entry.time)
  time.dateTime = entry.at
  time.title = entry.moment
  return time
}

// What became of an agent's reply; the list listens for the button.
const delivery = ({ state, label, reason, retry }) => {
  const node = make("div", `delivery ${state}`, reason ? `${label}: ${reason}` : label)
  if (!retry) return node
  const button = make("button", "retry", "Retry")
  button.type = "button"
  button.retry = retry
  node.append(" ", button)
  return node
}

const message = (entry) => {
  const bubble = make("div", "bubble")
  if (entry.text !== null) bubble.append(make("div", "text", entry.text))
  else if (entry.no_text) bubble.append(make("div", "text none", entry.no_text))
  for (const attached of entry.attachments ?? []) bubble.append(make("div", "attachment", attached))
  if (entry.note) bubble.append(make("div", "note", entry.note))
  if (entry.mark) bubble.append(make("div", "mark", entry.mark))
  const hint = entry.hint && make("div", "hint", entry.hint)
  if (hint && entry.mark) bubble.append(hint)
  const said = make("div", "said")
  said.append(bubble)
  if (hint && !entry.mark) said.append(hint)
  if (entry.delivery) said.append(delivery(entry.delivery))
  return [make("div", "name", entry.name), said, clock(entry)]
}

const record = (entry) => {
  const line = make("span", "", entry.text)
  if (entry.quote) line.append(": “", make("bdi", "", entry.quote), "”")
  return [line, clock(entry)]
}

const fill = (item, entry) => {
  item.className = [entry.kind, entry.sender, entry.same && "same", entry.mark && "failed"].filter(Boolean).join(" ")
  if (entry.kind === "message") item.replaceChildren(...message(entry))
  else if (entry.kind === "record") item.replaceChildren(...record(entry))
  else item.textContent = entry.text
  if (entry.kind === "message") item.tabIndex = -1
}

const draw = (list, entries) => {
  const before = new Map([...list.children].map((item) => [item.dataset.id, item]))
  const items = entries.map((entry) => {
    const text = JSON.stringify(entry)
    const item = before.get(entry.id) ?? make("li")
    before.delete(entry.id)
    if (item.entryText !== text) {
      const found = item.classList.contains("found")
      fill(item, entry)
      item.classList.toggle("found", found)
      item.dataset.id = entry.id
      item.entryText = text
    }
    return item
  })
  for (const gone of before.values()) gone.remove()
  items.forEach((item, place) => {
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null)
  })
}

// The line that the reader is looking at, and where it ends: that stays there whatever comes before it.
const ends = (item) => item.offsetTop + item.offsetHeight
const place = (scroll, list) => {
  const item = [...list.children].find((line) => ends(line) > scroll.scrollTop && !line.classList.contains("day"))
  return item ? { item, end: ends(item) - scroll.scrollTop } : null
}

const setUp = (parent) => {
  const find = (selector) => parent.querySelector(selector)
  const state = {
    scroll: find(".scroll"), list: find("ol"), bar: find(".bar"), count: find(".count"), earlier: find(".earlier"),
    newer: find(".newer"), nothing: find(".nothing"), atEnd: true, unseen: 0, drawn: false, at: null, jumped: null,
  }
  const { scroll, list, newer } = state
  const failed = () => [...list.querySelectorAll(".failed")]

  state.toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight
  }
  state.show = () => {
    const all = failed()
    const number = all.findIndex((item) => item.dataset.id === state.at)
    state.bar.hidden = !all.length
    state.count.textContent = number < 0 ? `${all.length} not understood${state.more ? " in this part" : ""}` : `${number + 1} of ${all.length} not understood`
    newer.hidden = !state.unseen
    newer.textContent = `${state.unseen} new ${state.unseen === 1 ? "message" : "messages"} ↓`
  }
  state.jump = (id) => {
    const item = [...list.children].find((line) => line.dataset.id === id)
    if (!item) return false
    list.querySelector(".found")?.classList.remove("found")
    item.classList.add("found")
    scroll.scrollTop = item.offsetTop - (scroll.clientHeight - item.offsetHeight) / 2
    item.focus({ preventScroll: true })
    state.at = id
    state.show()
    return true
  }
  const step = (by) => {
    const all = failed()
    if (!all.length) return
    const number = all.findIndex((item) => item.dataset.id === state.at)
    let next = number + by
    if (number < 0) {
      // Nothing found yet: from the top of what the reader sees; with none from there on, all over again.
      const below = all.findIndex((item) => item.offsetTop >= scroll.scrollTop)
      next = by > 0 ? below : (below < 0 ? all.length : below) - 1
      if (next < 0) next = by > 0 ? 0 : all.length - 1
    }
    state.jump(all[(next + all.length) % all.length].dataset.id)
  }

  find(".next").onclick = () => step(1)
  find(".previous").onclick = () => step(-1)
  newer.onclick = () => {
    state.toEnd()
    scroll.focus()
  }
  find("section").onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const by = { n: 1, p: -1 }[event.key]
    if (by) {
      event.preventDefault()
      event.stopPropagation()
      step(by)
    }
  }
  scroll.onscroll = () => {
    state.atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR
    if (state.atEnd && state.unseen) {
      state.unseen = 0
      state.show()
    }
  }
  state.observer = new ResizeObserver(() => state.atEnd && state.toEnd())
  state.observer.observe(list)
  state.observer.observe(scroll)
  states.set(parent, state)
  return state
}

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? setUp(parentElement)
  const { scroll, list, earlier } = state
  const known = new Set([...list.children].map((item) => item.dataset.id))
  const last = list.lastElementChild?.dataset.id
  const here = state.drawn && !state.atEnd ? place(scroll, list) : null

  draw(list, data.entries)
  state.nothing.hidden = data.entries.length > 0
  state.more = data.earlier > 0
  earlier.hidden = !state.more
  earlier.disabled = false
  earlier.textContent = `Show earlier (${data.earlier.toLocaleString("en")} more)`
  earlier.onclick = () => {
    earlier.disabled = true
    earlier.textContent = "Loading …"
    state.atEnd = false
    setTriggerValue("earlier", data.messages)
  }

  list.onclick = ({ target }) => {
    if (!target.retry) return
    target.disabled = true
    setTimeout(() => (target.disabled = false), 4000)
    setTriggerValue("retry", target.retry)
  }

  if (here) {
    scroll.scrollTop = ends(here.item) - here.end
    const seen = data.entries.findIndex((entry) => entry.id === last)
    state.unseen += data.entries.filter((entry, n) => entry.kind === "message" && n > seen && !known.has(entry.id)).length
  } else {
    state.toEnd()
  }
  if (!state.drawn) {
    // From now on a screen reader says what arrives, and not the two hundred lines that were here.
    setTimeout(() => scroll.setAttribute("aria-live", "polite"), 1000)
    state.drawn = true
  }
  state.show()
  if (data.jump && state.jumped !== data.jump && state.jump(data.jump)) {
    state.jumped = data.jump
    state.atEnd = false
  }
  return () => state.observer.disconnect()
}
