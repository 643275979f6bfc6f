/** Signal names as people and Docker's API write them. */
import { constants } from 'node:os'
import { EngineError } from '../errors.ts'

/** First real-time signal as programs see it (glibc keeps two for itself). */
const SIGRTMIN = 34
const SIGRTMAX = 64

/** Number of a signal: `TERM`, `SIGTERM`, `term`, `15`, `RTMIN+3`. Throws `invalid` for what is none. */
export function signalNumber(signal: string | number): number {
  const text = String(signal).trim().toUpperCase().replace(/^SIG/, '')
  if (/^\d+$/.test(text)) {
    const number = Number(text)
    if (number >= 1 && number <= SIGRTMAX) return number
  }
  const realtime = /^RT(MIN|MAX)(?:([+-])(\d+))?$/.exec(text)
  if (realtime) {
    const offset = Number(realtime[3] ?? 0) * (realtime[2] === '-' ? -1 : 1)
    const number = (realtime[1] === 'MIN' ? SIGRTMIN : SIGRTMAX) + offset
    if (number >= SIGRTMIN && number <= SIGRTMAX) return number
  }
  const number = (constants.signals as Readonly<Record<string, number>>)[`SIG${text}`]
  if (number === undefined) throw new EngineError('invalid', `Invalid signal: ${signal}`)
  return number
}
