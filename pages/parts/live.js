// Asks Streamlit for a rerun of the surrounding fragment whenever the store changed. Draws nothing.
export default function ({ data, setTriggerValue }) {
  let socket
  let stopped = false
  let again
  const open = () => {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://"
    socket = new WebSocket(scheme + location.host + "/api/v1/live")
    socket.onopen = () => socket.send(data.pass)
    socket.onmessage = () => setTriggerValue("tick", Date.now())
    socket.onclose = () => {
      if (!stopped) again = setTimeout(open, 2000)
    }
  }
  open()
  return () => {
    stopped = true
    clearTimeout(again)
    socket.close()
  }
}
