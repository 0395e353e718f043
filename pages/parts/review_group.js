// A group opened: what it is, which intents may fit, and all that was said in it, each with the turns around it. Text only.
const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const suggestion = (found, number, assign) => {
  const button = make("button", "suggestion")
  button.type = "button"
  button.onclick = () => assign(found.intent)
  const name = make("span", "intent", found.intent)
  const share = make("span", "share")
  share.style.setProperty("--share", `${Math.round(found.score * 100)}%`)
  share.title = `${Math.round(found.score * 100)} %`
  button.append(make("kbd", "", number), name, share, make("span", "reason", found.reason))
  return button
}

const turn = (said) => {
  const row = make("div", `turn ${said.sender}`)
  row.append(make("span", "who", said.who), make("span", "text", said.text))
  return row
}

const utterance = (row, state) => {
  const item = make("li")
  item.dataset.id = row.id
  const box = make("input")
  box.type = "checkbox"
  box.checked = state.chosen.has(row.id)
  box.setAttribute("aria-label", `Choose ${row.text}`)
  box.onchange = () => state.choose(row.id)
  const details = make("details")
  details.open = state.unfolded.has(row.id)
  details.ontoggle = () => (details.open ? state.unfolded.add(row.id) : state.unfolded.delete(row.id))
  const summary = make("summary")
  summary.append(make("span", "text", row.text), make("span", "count", row.count))
  const around = make("div", "around")
  around.append(...row.before.map(turn))
  const self = turn({ sender: "user this", who: row.who, text: row.text })
  around.append(self, ...row.after.map(turn))
  const foot = make("div", "foot", row.facts)
  const link = make("a", "", "Open the conversation here")
  link.href = row.href
  foot.append(" ", link)
  around.append(foot)
  details.append(summary, around)
  item.append(box, details)
  return item
}

const states = new WeakMap()

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  const state = states.get(parentElement) ?? { chosen: new Set(), unfolded: new Set(), group: null }
  states.set(parentElement, state)
  if (state.group !== data.group || state.cleared !== data.cleared) {
    state.group = data.group
    state.cleared = data.cleared
    if (state.chosen.size) setStateValue("chosen", [])
    state.chosen.clear()
    state.unfolded = new Set(data.utterances.slice(0, 1).map((row) => row.id))
  }
  state.choose = (id) => {
    if (!state.chosen.delete(id)) state.chosen.add(id)
    setStateValue("chosen", [...state.chosen])
  }
  const assign = (intent) => setTriggerValue("assign", { group: data.group, intent })
  find(".name").textContent = data.name
  find(".facts").textContent = data.facts
  find(".standing").replaceChildren(...data.standing.map((text) => make("p", "", text)))
  find(".warnings").replaceChildren(...data.warnings.map((text) => make("p", "", text)))
  find(".suggestions").replaceChildren(...data.suggestions.map((found, place) => suggestion(found, place + 1, assign)))
  find(".none").hidden = data.suggestions.length > 0
  find("ul").replaceChildren(...data.utterances.map((row) => utterance(row, state)))
}
