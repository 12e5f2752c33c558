import type { Sender } from '#services/ports.ts'

/** A sender that is loaded when there is something to send for the first time: an HTTP client is a lot of program. */
export function lateSender(load: () => Promise<Sender>): Sender {
  let loading: Promise<Sender> | undefined
  let loaded: Sender | undefined
  let closed = false
  return {
    send: async (request) => {
      if (closed && !loading) return stopping
      loaded ??= await (loading ??= load())
      return loaded.send(request)
    },
    ask: async (request) => {
      if (closed && !loading) return stopping
      loaded ??= await (loading ??= load())
      return loaded.ask(request)
    },
    stream: async (request, onText) => {
      if (closed && !loading) return stopping
      loaded ??= await (loading ??= load())
      return loaded.stream(request, onText)
    },
    async close() {
      closed = true
      await (await loading)?.close()
    },
  }
}

const stopping = { error: 'The server is stopping.', refused: false } as const
