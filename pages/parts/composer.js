// The answer that is being written. It and the id under which it will be sent stay in this tab (sessionStorage): a redraw,
// a reload or a restart of the server loses neither, and what was stored under an id is never stored again.
const states = new WeakMap()
const AGAIN = [2500, 6000, 12000] // a click that the server did not hear is said again; under the same id
const GIVE_UP = 20000
const STAYS_OPEN = 10000 // where a redraw of the whole page makes the composer anew, its list is open as it was
const openedAt = new Map()

const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")

const kept = (key) => {
  try {
    const draft = JSON.parse(sessionStorage.getItem(`misheard.draft.${key}`))
    if (draft && typeof draft.text === "string" && typeof draft.id === "string") return draft
  } catch { /* as if there were none */ }
  return { id: newId(), text: "", sent: null }
}

const keep = (key, draft) => {
  try {
    if (draft.text) sessionStorage.setItem(`misheard.draft.${key}`, JSON.stringify(draft))
    else sessionStorage.removeItem(`misheard.draft.${key}`)
  } catch { /* a browser without storage: the draft lives as long as the page */ }
}

// How far this browser has read each conversation; the list of customers marks what came later.
const noteRead = (key, at) => {
  if (!at || document.hidden) return
  try {
    const read = JSON.parse(localStorage.getItem("misheard.read")) ?? {}
    if (read[key] >= at) return
    delete read[key] // the latest stand at the end, the oldest are forgotten
    const lines = [...Object.entries(read).slice(-1999), [key, at]]
    localStorage.setItem("misheard.read", JSON.stringify(Object.fromEntries(lines)))
  } catch { /* then nothing is marked */ }
}

const setUp = (parent, key) => {
  const find = (selector) => parent.querySelector(selector)
  const state = {
    key, draft: kept(key), timers: [], refused: 0, writing: false, active: 0, listed: [],
    opened: Date.now() - (openedAt.get(key) ?? 0) < STAYS_OPEN,
    can: find(".can"), bot: find(".bot"), others: find(".others"), wrong: find(".wrong"), list: find(".replies"),
    field: find("textarea"), slash: find(".slash"), count: find(".count"), back: find(".back"), send: find(".send"),
  }
  const { field, list } = state
  field.value = state.draft.text
  const phone = matchMedia("(pointer: coarse)")

  state.say = (sentence) => {
    state.wrong.textContent = sentence ?? ""
    state.wrong.hidden = !sentence
  }
  state.grow = () => {
    field.style.height = "auto"
    field.style.height = `${field.scrollHeight + 2}px`
  }
  state.show = () => {
    const { data } = state
    const text = field.value
    const sending = state.timers.length > 0
    const over = text.length - data.longest
    field.disabled = !data.yes && !text
    field.readOnly = sending
    state.send.disabled = !data.yes || sending || !text.trim() || over > 0
    state.send.textContent = sending ? "Sending …" : "Send"
    state.send.title = data.yes ? "" : data.sentence
    state.count.textContent = over > -200 ? (over > 0 ? `${over.toLocaleString("en")} too many` : `${-over} left`) : ""
    state.grow()
    if (state.writing !== Boolean(text.trim())) {
      state.writing = Boolean(text.trim())
      state.emitState("writing", state.writing)
    }
  }
  state.settle = () => {
    state.timers.forEach(clearTimeout)
    state.timers = []
  }
  state.fresh = (text) => {
    state.draft = { id: newId(), text, sent: null }
    keep(key, state.draft)
    field.value = text
  }
  const send = () => {
    state.show()
    if (state.send.disabled) return
    state.say("")
    hide()
    state.draft.sent = field.value
    keep(key, state.draft)
    const said = { id: state.draft.id, text: field.value }
    const emit = () => state.emit("send", said)
    state.timers = AGAIN.map((after) => setTimeout(emit, after))
    state.timers.push(setTimeout(() => {
      state.settle()
      state.say("The server does not answer. Send again when it does: it will not arrive twice.")
      state.show()
    }, GIVE_UP))
    emit()
    state.show()
  }

  // Replies that are given again and again: opened by the button or by "/", chosen by arrows and Enter, or a click.
  const hide = () => {
    state.opened = false
    openedAt.delete(key)
    list.hidden = true
    state.slash.setAttribute("aria-expanded", "false")
  }
  const choose = (reply) => {
    const slashed = field.value.startsWith("/")
    field.value = slashed || !field.value.trim() ? reply.text : `${field.value.trimEnd()}\n${reply.text}`
    hide()
    typed()
    field.focus()
  }
  state.offer = () => {
    const words = field.value.startsWith("/") ? field.value.slice(1).trim().toLowerCase() : ""
    state.listed = state.data.canned.filter((reply) => reply.text.toLowerCase().includes(words))
    state.active = Math.max(0, Math.min(state.active, state.listed.length - 1))
    const lines = state.listed.map((reply, place) => {
      const line = make("div", place === state.active ? "reply active" : "reply")
      const pick = make("button", "pick", reply.text)
      pick.type = "button"
      pick.setAttribute("role", "option")
      pick.setAttribute("aria-selected", String(place === state.active))
      pick.onclick = () => choose(reply)
      const drop = make("button", "drop", "Remove")
      drop.type = "button"
      drop.onclick = () => {
        drop.disabled = true
        state.emit("drop", reply.id)
      }
      line.append(pick, ...(state.data.keeps ? [drop] : []))
      return line
    })
    if (!lines.length) lines.push(make("p", "none", state.data.canned.length ? "No reply has these words." : "No replies are kept yet."))
    const text = field.value.trim()
    if (state.data.keeps && text && !text.startsWith("/") && !state.data.canned.some((reply) => reply.text === text)) {
      const add = make("button", "keep", "Keep what is written for everybody")
      add.type = "button"
      add.onclick = () => {
        add.disabled = true
        state.emit("keep", text)
      }
      lines.push(add)
    }
    list.replaceChildren(...lines)
    list.hidden = false
    state.opened = true
    openedAt.set(key, Date.now())
    state.slash.setAttribute("aria-expanded", "true")
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" })
  }
  const typed = () => {
    if (state.draft.sent !== null && field.value !== state.draft.sent) state.say("")
    state.draft.text = field.value
    keep(key, state.draft)
    const asked = field.value.startsWith("/") && !field.value.includes("\n")
    if (asked) state.offer()
    else if (state.opened) hide()
    state.show()
  }

  field.oninput = () => {
    state.active = 0
    typed()
  }
  field.onkeydown = (event) => {
    event.stopPropagation() // the page's own shortcuts are for those who do not write
    if (event.isComposing) return
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (state.opened && move) {
      event.preventDefault()
      state.active = (state.active + move + state.listed.length) % Math.max(1, state.listed.length)
      state.offer()
    } else if (state.opened && event.key === "Escape") {
      event.preventDefault()
      hide()
    } else if (event.key === "Enter" && state.opened && state.listed.length && field.value.startsWith("/")) {
      event.preventDefault()
      choose(state.listed[state.active])
    } else if (event.key === "Enter" && !event.shiftKey && (!phone.matches || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      send()
    }
  }
  state.slash.onclick = () => {
    if (state.opened) hide()
    else state.offer()
    field.focus()
  }
  list.onkeydown = (event) => {
    if (event.key !== "Escape") return
    hide()
    field.focus()
  }
  state.send.onclick = send
  state.back.onclick = () => {
    state.back.disabled = true
    setTimeout(() => (state.back.disabled = false), 4000)
    state.emit("hand_back", Date.now())
  }
  states.set(parent, state)
  return state
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  let state = states.get(parentElement)
  if (!state || state.key !== data.key) state = setUp(parentElement, data.key)
  const first = !state.data
  state.data = data
  state.emit = setTriggerValue
  state.emitState = setStateValue
  const { field, draft } = state

  if (data.stored.includes(draft.id)) {
    // It is in the outbox. What was written on after that is an answer of its own.
    state.settle()
    state.say("")
    state.fresh(field.value === (draft.sent ?? field.value) ? "" : field.value)
  }
  if (data.refused && data.refused.number > state.refused) {
    state.refused = data.refused.number
    if (!first || data.refused.id === draft.id) {
      if (data.refused.id === draft.id) state.settle()
      state.say(data.refused.sentence)
    }
  }
  state.can.textContent = data.sentence
  state.can.className = data.yes ? "can" : "can no"
  state.bot.textContent = data.yes || data.muted ? data.bot : ""
  state.others.replaceChildren(...data.others.map((sentence) => make("p", "", sentence)))
  state.back.hidden = !data.hands_back
  if (!data.muted) state.back.disabled = false
  field.placeholder = `Write to ${data.to} …`
  field.setAttribute("aria-label", `Write to ${data.to} …`)
  state.slash.hidden = !data.yes
  if (state.opened) state.offer()
  state.show()

  const read = () => noteRead(data.key, state.data.read)
  read()
  document.addEventListener("visibilitychange", read)
  return () => document.removeEventListener("visibilitychange", read)
}
