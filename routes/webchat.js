// The webchat on a website: one script tag, nothing else to load. What anybody wrote becomes text, never markup.
(() => {
"use strict";
const script = document.currentScript;
if (!script || window.Misheard) return;
const base = new URL(".", script.src);
const api = (path) => new URL("api/v1/webchat/" + path, base).href;
const given = script.dataset;

// Words. The language is the bot's; where it is not said, the page's.
const WORDS = {
  en: ["Chat", "Close chat", "Your message", "Send", "You", "Bot", "Person", "No connection. Trying again …", "Not sent.", "Try again", "new", "Conversation"],
  fr: ["Discuter", "Fermer", "Votre message", "Envoyer", "Vous", "Robot", "Une personne", "Pas de connexion. Nouvel essai …", "Non envoyé.", "Réessayer", "non lus", "Conversation"],
  de: ["Chat", "Chat schließen", "Ihre Nachricht", "Senden", "Sie", "Bot", "Ein Mensch", "Keine Verbindung. Neuer Versuch …", "Nicht gesendet.", "Noch einmal", "neu", "Gespräch"],
  es: ["Chat", "Cerrar", "Su mensaje", "Enviar", "Usted", "Bot", "Una persona", "Sin conexión. Reintentando …", "No enviado.", "Reintentar", "nuevos", "Conversación"],
  it: ["Chat", "Chiudi", "Il tuo messaggio", "Invia", "Tu", "Bot", "Una persona", "Nessuna connessione. Nuovo tentativo …", "Non inviato.", "Riprova", "nuovi", "Conversazione"],
};
const tongue = () => String(window.SMARTLY_LANG || document.documentElement.lang || navigator.language);
const lang = tongue().slice(0, 2).toLowerCase() in WORDS ? tongue().slice(0, 2).toLowerCase() : "en";
const [OPEN, CLOSE, LABEL, SEND, YOU, BOT, PERSON, OFFLINE, UNSENT, AGAIN, NEW, LOG] = WORDS[lang];
const NAMES = { user: YOU, bot: BOT, agent: PERSON };

// What this browser remembers: its session, apart for each user of the website, and what was last said of them.
const user = window.SMARTLY_USER_ID == null ? "" : String(window.SMARTLY_USER_ID);
const drawer = "misheard " + base + " " + user;
let kept = {};
try { kept = JSON.parse(localStorage.getItem(drawer)) || {} } catch {}
const keep = () => { try { localStorage.setItem(drawer, JSON.stringify(kept)) } catch {} };
const random = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
const tab = random();

// The page's furniture
const make = (tag, has = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(has)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
};
const title = given.title || OPEN;
const badge = make("b", { hidden: "", "aria-hidden": "true" });
const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
const shape = document.createElementNS(icon.namespaceURI, "path");
shape.setAttribute("d", "M3 2h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4H3a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z");
icon.setAttribute("viewBox", "0 0 20 20");
icon.setAttribute("aria-hidden", "true");
icon.append(shape);
const opener = make("button", { class: "open", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false" }, icon, OPEN, badge);
const closer = make("button", { class: "close", type: "button", "aria-label": CLOSE }, "×");
const log = make("div", { class: "log", role: "log", "aria-label": LOG, tabindex: "0" });
const note = make("p", { class: "note", role: "status", hidden: "" });
const input = make("textarea", { rows: "1", maxlength: "10000", "aria-label": LABEL, placeholder: LABEL, enterkeyhint: "send" });
const form = make("form", {}, input, make("button", { type: "submit" }, SEND));
const panel = make("div", { class: "panel", role: "dialog", "aria-label": title, hidden: "" },
  make("header", {}, make("h2", {}, title), closer), log, note, form);
const aloud = make("p", { class: "sr", role: "status" });
const all = make("div", { class: "w", lang }, opener, panel, aloud);
const host = make("misheard-webchat");
const root = host.attachShadow({ mode: "open" });
const style = new CSSStyleSheet();
style.replaceSync("STYLE");
root.adoptedStyleSheets = [style];
root.append(all);
if (given.color) all.style.setProperty("--accent", given.color);

// Messages
const shown = new Map();
let after = "0", unread = [], have = [], last = "";
const draw = (sender, text, at) => {
  const name = make("small", {}, NAMES[sender] || sender);
  const node = make("div", { class: "m " + sender + (sender === last ? " same" : "") }, name, make("p", { dir: "auto" }, text));
  if (at) node.title = new Date(at).toLocaleString(lang);
  last = sender;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(node);
  if (atEnd || sender === "user") log.scrollTop = log.scrollHeight;
  return node;
};
const isSeen = () => !panel.hidden && !document.hidden;
const show = ({ id, sender, text, at, message_id }) => {
  if (shown.has(id)) return;
  shown.set(id, sender);
  const mine = sender === "user" && message_id && waiting.find((one) => one.message_id === message_id);
  if (mine) return mine.node.classList.remove("waiting");
  if (sender === "user" && sent.has(message_id)) return;
  draw(sender, text, at);
  if (sender !== "user") unread.push(id), have.push(id);
  if (id === kept.seen) unread = [];
};
const receive = (said) => {
  have = [];
  said.messages.forEach(show);
  if (after === "0") log.scrollTop = log.scrollHeight;
  after = said.after;
  if (have.length) tell({ have, read: isSeen() });
  count();
};
const count = () => {
  if (isSeen() && unread.length) {
    kept.seen = unread.pop();
    unread = [];
    keep();
  }
  const many = unread.length;
  badge.textContent = many;
  badge.hidden = !many;
  aloud.textContent = many ? many + " " + NEW : "";
  opener.setAttribute("aria-label", OPEN + (many ? ", " + many + " " + NEW : ""));
};
const look = () => {
  if (isSeen() && unread.length) tell({ have: unread, read: true });
  count();
};

// The server
const ask = async (path, body, how = {}) => {
  const headers = { "Content-Type": "application/json" };
  if (kept.session) headers.Authorization = "Bearer " + kept.session;
  const answer = await fetch(api(path), { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), credentials: "omit", ...how });
  if (answer.ok) return answer.json();
  if (answer.status === 401) forget();
  throw Object.assign(new Error(), { status: answer.status, wait: +answer.headers.get("Retry-After") || 0 });
};
const forget = () => { kept = {}; keep(); after = "0"; if (socket) socket.close() };
const stated = () => {
  const data = { ...Object(window.SMARTLY_USER_DATA) };
  if (user) data.user_id = user;
  return { user_data: data, signature: window.SMARTLY_USER_HASH || given.signature };
};
const introduce = async () => {
  const said = stated(), words = JSON.stringify(said);
  if (!kept.session) kept = await ask("sessions", said);
  else if (words !== kept.said) await ask("user", said);
  else return;
  kept.said = words;
  keep();
  connect();
};

// Writing: one after the other, again and again until it is stored; the id makes that harmless.
const waiting = [], sent = new Set();
let flushing = false;
const flush = async () => {
  if (flushing) return;
  flushing = true;
  while (waiting.length) {
    const { message_id, text, node } = waiting[0];
    try {
      await introduce();
      kept.used = Date.now();
      keep();
      const { id } = await ask("messages", { message_id, text, language: window.SMARTLY_LANG });
      sent.add(message_id);
      shown.set(id, "user");
      node.classList.remove("waiting");
      offline(false);
      waiting.shift();
    } catch (why) {
      const { status, wait } = why;
      if (status >= 400 && status < 500 && status !== 401 && status !== 429) {
        waiting.shift();
        node.append(make("small", {}, UNSENT), Object.assign(make("button", { type: "button" }, AGAIN), { onclick: () => { node.remove(); write(text) } }));
      } else {
        if (!status) offline(true);
        await new Promise((go) => setTimeout(go, status === 401 ? 100 : 1000 * (wait || 3)));
      }
    }
  }
  flushing = false;
};
const write = (text) => {
  const node = draw("user", text);
  node.classList.add("waiting");
  waiting.push({ message_id: random(), text, node });
  flush();
};

// Listening: a websocket; where none gets through, asking every few seconds.
let socket = null, failed = 0, timer = 0;
const offline = (is) => { note.textContent = is ? OFFLINE : ""; note.hidden = !is };
const connect = () => {
  clearTimeout(timer);
  if (socket || !kept.session) return;
  const mine = socket = new WebSocket(api("stream").replace(/^http/, "ws"));
  mine.onopen = () => mine.send(JSON.stringify({ session: kept.session, after, tab, hidden: document.hidden }));
  mine.onmessage = (event) => { failed = 0; offline(false); receive(JSON.parse(event.data)) };
  mine.onclose = (event) => {
    if (socket === mine) socket = null;
    if (event.code === 4401) return forget();
    failed += 1;
    if (failed > 1) ask("messages?after=" + after).then((said) => { receive(said); tell({}); offline(false) }, () => offline(true));
    timer = setTimeout(connect, (failed < 2 ? 500 : failed < 12 ? 4000 : 30000) * (0.75 + Math.random() / 2));
  };
};
let gone = false; // what a browser still says while the page closes must not undo that it left
const tell = (what) => {
  if (!kept.session || gone) return;
  const words = { ...what, tab, hidden: document.hidden };
  if (socket && socket.readyState === 1) socket.send(JSON.stringify(words));
  else ask("presence", words).catch(() => {});
};
const leave = () => {
  if (!kept.session) return;
  gone = true;
  navigator.sendBeacon(api("presence"), JSON.stringify({ session: kept.session, tab, left: true }));
  if (socket) socket.close();
};
setInterval(() => socket && tell({}), 25000);
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => { gone = false; if (event.persisted) connect() });
addEventListener("online", connect);
document.addEventListener("visibilitychange", () => { tell({}); look(); if (!document.hidden) connect() });

// Opening and closing
const open = () => {
  panel.hidden = false;
  opener.hidden = true;
  all.classList.add("is-open");
  opener.setAttribute("aria-expanded", "true");
  log.scrollTop = log.scrollHeight;
  input.focus();
  connect();
  look();
};
const close = () => {
  panel.hidden = true;
  opener.hidden = false;
  all.classList.remove("is-open");
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
  count();
};
opener.onclick = open;
closer.onclick = close;
form.onsubmit = (event) => {
  event.preventDefault();
  const text = input.value.trim();
  input.value = "";
  input.focus();
  if (text) write(text);
};
panel.onkeydown = (event) => {
  event.stopPropagation();
  if (event.isComposing) return;
  if (event.key === "Escape") close();
  if (event.key === "Enter" && !event.shiftKey && event.target === input) { event.preventDefault(); form.requestSubmit() }
  // Where the panel covers the page, the keyboard stays in it.
  if (event.key === "Tab" && panel.offsetWidth >= innerWidth) {
    const inside = [closer, log, input, form.lastChild], from = event.shiftKey ? closer : form.lastChild;
    if (root.activeElement === from) { event.preventDefault(); inside[event.shiftKey ? 3 : 0].focus() }
  }
};
if (given.greeting) draw("bot", given.greeting);
const start = () => {
  document.body.append(host);
  // Who wrote yesterday may be answered today; who wrote last month is not listened for until they open the chat.
  if (Date.now() - (kept.used || 0) < 864e5) connect();
};
if (document.body) start(); else addEventListener("DOMContentLoaded", start);
window.Misheard = { open, close };
})();
