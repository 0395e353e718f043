// A button that saves the chart beside it as a picture, under its title and what it is about. Plotly's own camera knows no
// title, and stands where the numbers are.
const SVG = "http://www.w3.org/2000/svg"
const [FINE, EDGE, HEAD] = [2, 24, 64] // times the screen; pixels around the chart, and above it for the title

const make = (parent, tag, attributes, text = "") => {
  const node = parent.appendChild(document.createElementNS(SVG, tag))
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.textContent = text // never as markup: a channel is called as somebody called it
  return node
}

const drawn = (plot, { title, about }, { color, ground }) => {
  const layers = [...plot.querySelectorAll("svg.main-svg")]
  const box = layers[0].getBoundingClientRect()
  const width = Math.ceil(box.width) + 2 * EDGE
  const height = Math.ceil(box.height) + 2 * EDGE + HEAD
  const whole = document.createElementNS(SVG, "svg")
  whole.setAttribute("width", width)
  whole.setAttribute("height", height)
  const words = { x: EDGE, fill: color, "font-family": "sans-serif" }
  make(whole, "rect", { width, height, fill: ground })
  make(whole, "text", { ...words, y: EDGE + 18, "font-size": 18, "font-weight": 600 }, title)
  make(whole, "text", { ...words, y: EDGE + 41, "font-size": 13, opacity: 0.7 }, about)
  for (const layer of layers) {
    const copy = whole.appendChild(layer.cloneNode(true))
    copy.removeAttribute("style") // a ground of its own
    copy.setAttribute("x", EDGE)
    copy.setAttribute("y", EDGE + HEAD)
    copy.setAttribute("overflow", "visible") // the letters of a picture are wider than the page's
    for (const hidden of copy.querySelectorAll(".draglayer, .hoverlayer, .zoomlayer")) hidden.remove()
  }
  return { width, height, text: new XMLSerializer().serializeToString(whole) }
}

const save = async ({ width, height, text }, file) => {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = FINE * width
  canvas.height = FINE * height
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  const link = document.createElement("a")
  link.href = canvas.toDataURL("image/png")
  link.download = file
  link.click()
}

export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button")
  button.textContent = data.label
  button.title = data.help
  button.setAttribute("aria-label", data.help)
  button.onclick = async () => {
    const plot = document.querySelector(`.${CSS.escape(data.chart)} .js-plotly-plot`)
    if (!plot) return
    const ground = getComputedStyle(button).getPropertyValue("--st-background-color") || "white"
    await save(drawn(plot, data, { color: getComputedStyle(document.body).color, ground }), data.file)
    setTriggerValue("taken", true)
  }
}
