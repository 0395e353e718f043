// Fetches what was asked for, each once, and gives it to the browser as a file. Draws nothing.
const taken = (window.misheardTaken ??= new Set())

const fetched = async ({ ticket, name }) => {
  const answer = await fetch("/api/v1/downloads", { method: "POST", body: ticket, cache: "no-store" })
  if (!answer.ok) throw new Error((await answer.json()).error.message)
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

export default function ({ data, setTriggerValue }) {
  for (const parcel of data.parcels) {
    if (taken.has(parcel.ticket)) continue
    taken.add(parcel.ticket)
    fetched(parcel).catch((wrong) => {
      const known = wrong instanceof TypeError || wrong instanceof SyntaxError
      setTriggerValue("failed", known ? "The server does not answer; try again." : wrong.message)
    })
  }
}
