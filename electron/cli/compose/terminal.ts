/** The terminal that a command was started from: its output with back-pressure, its ctrl-C. */
import { once } from 'node:events'

/** Writes, and waits while the reader is slow. A reader that has gone ends the program, as it does every other. */
export async function write(out: NodeJS.WriteStream, bytes: string | Uint8Array): Promise<void> {
  if (!out.write(bytes) && !out.destroyed) await Promise.race([once(out, 'drain'), once(out, 'close')])
}

/** Aborts at the first ctrl-C or SIGTERM. */
export function interrupted(): AbortSignal {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return stop.signal
}
