// A customer: who they are, how their conversation stands, what is known of them. Everything is set as text.
const timers = new WeakMap()

const make = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const two = (number) => String(number).padStart(2, "0")
const clock = (seconds) => `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} left`

const drawFace = (node, head) => {
  if (node.dataset.photo === (head.photo ?? head.initials)) return // the same picture is not asked for again
  node.dataset.photo = head.photo ?? head.initials
  node.replaceChildren(head.initials)
  if (!head.photo) return
  const image = make("img")
  image.referrerPolicy = "no-referrer"
  image.loading = "lazy"
  image.alt = ""
  image.onerror = () => node.replaceChildren(head.initials)
  image.onload = () => node.replaceChildren(image)
  image.src = head.photo
  node.replaceChildren(image)
}

const drawHead = (root, head) => {
  root.hidden = !head
  if (!head) return
  drawFace(root.querySelector(".face"), head)
  root.querySelector("h2").textContent = head.name
  const channel = make("span", "channel", head.channel)
  channel.style.setProperty("--channel", `light-dark(${head.color_light}, ${head.color_dark})`)
  root.querySelector(".sub").replaceChildren(channel, ` · ${head.language}`)
  const status = root.querySelector(".status")
  status.className = `status ${head.status}`
  status.textContent = head.status_label
}

const notice = (said) => {
  const node = make("div", `notice ${said.kind}`, said.text)
  if (said.seconds !== undefined) {
    const left = make("span", "left", clock(said.seconds))
    left.setAttribute("role", "timer")
    node.append(" · ", left)
  }
  if (said.by || said.quote) {
    const more = make("div", "more")
    if (said.by) more.append(make("bdi", "", said.by))
    if (said.by && said.quote) more.append(" · ")
    if (said.quote) more.append("“", make("bdi", "", said.quote), "”")
    node.append(more)
  }
  return node
}

const group = (about) => {
  const node = make("section")
  const title = make("h3", "", about.title)
  if (about.from) title.append(make("small", "", about.from))
  node.append(title)
  if (about.fields.length) {
    const list = make("dl")
    for (const [name, value] of about.fields) list.append(make("dt", "", name), make("dd", "", value))
    node.append(list)
  } else {
    node.append(make("div", "none", about.none))
  }
  return node
}

const redraw = (root, pieces, draw) => {
  const text = JSON.stringify(pieces)
  if (root.dataset.text === text) return // what is being read or copied stays as it is
  root.dataset.text = text
  root.replaceChildren(...pieces.map(draw))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  drawHead(find(".head"), data.head)
  redraw(find(".notices"), data.notices ?? [], notice)
  redraw(find(".groups"), data.groups ?? [], group)
  clearInterval(timers.get(parentElement))
  const left = find(".left")
  if (left) {
    // Counted from the server's clock: the reader's may be wrong.
    const end = performance.now() + data.notices.find((said) => said.seconds !== undefined).seconds * 1000
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000))
      left.textContent = clock(seconds)
      if (!seconds) {
        clearInterval(timers.get(parentElement))
        setTriggerValue("over", true)
      }
    }
    timers.set(parentElement, setInterval(tick, 1000))
  }
  return () => clearInterval(timers.get(parentElement))
}
