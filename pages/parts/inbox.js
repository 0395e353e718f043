// How many need help, on the browser's tab and in the menu, without a new run of the page; and a sound when one more does.
const SOUND = "misheard.sound" // whether this browser makes one
const HEARD = "misheard.heard" // the latest Need Help that it has sounded for: several tabs sound once
let waiting = 0
let latest // undefined until the first answer: what waited before one came makes no sound
let audio

const stored = (name) => {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}
const store = (name, value) => {
  try {
    localStorage.setItem(name, value)
  } catch { /* then it is forgotten with the page */ }
}

const wake = () => {
  audio ??= new AudioContext()
  if (audio.state === "suspended") audio.resume()
}

const sound = () => {
  wake()
  for (const [after, pitch] of [[0, 660], [0.16, 880]]) {
    const tone = audio.createOscillator()
    const loudness = audio.createGain()
    const begin = audio.currentTime + after
    tone.frequency.value = pitch
    loudness.gain.setValueAtTime(0.0001, begin)
    loudness.gain.exponentialRampToValueAtTime(0.18, begin + 0.02)
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.14)
    tone.connect(loudness).connect(audio.destination)
    tone.start(begin)
    tone.stop(begin + 0.15)
  }
}

// "(3) Customers": the title as the page set it, with the number before it.
const entitle = () => {
  const bare = document.title.replace(/^\([\d,]+\) /, "").replace(/ · [\d,]+$/, "")
  const title = waiting ? `(${waiting.toLocaleString("en")}) ${bare}` : bare
  if (document.title !== title) document.title = title
}

const count = () => {
  const label = waiting ? `Customers · ${waiting.toLocaleString("en")}` : "Customers"
  for (const link of document.querySelectorAll("a[href$='/customers']")) {
    const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const text = texts.currentNode
      if (/^Customers( · [\d,]+)?$/.test(text.data) && text.data !== label) text.data = label
    }
  }
}

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  const show = () => {
    const on = stored(SOUND) === "on"
    button.setAttribute("aria-pressed", String(on))
    button.title = on ? "A sound when somebody needs help: on" : "A sound when somebody needs help: off"
  }
  button.onclick = () => {
    const on = stored(SOUND) !== "on"
    store(SOUND, on ? "on" : "off")
    if (on) sound() // as a sample; and only a click allows a page to make any
    show()
  }
  show()

  waiting = data.waiting
  entitle()
  count()
  if (latest !== undefined && data.latest && (!latest || data.latest > latest)) {
    if (stored(SOUND) === "on" && (stored(HEARD) ?? "") < data.latest) sound()
    store(HEARD, data.latest)
  }
  if (latest === undefined || (data.latest ?? "") > (latest ?? "")) latest = data.latest

  const titles = new MutationObserver(() => {
    entitle()
    count()
  })
  titles.observe(document.querySelector("title"), { childList: true, characterData: true, subtree: true })
  const allow = () => stored(SOUND) === "on" && wake()
  document.addEventListener("pointerdown", allow, { once: true })
  return () => {
    titles.disconnect()
    document.removeEventListener("pointerdown", allow)
  }
}
