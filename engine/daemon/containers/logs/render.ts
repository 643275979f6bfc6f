/** Log entries as a client gets them: raw for a terminal, else 8-byte frames; with times if it wants them. */
import { parseRfc3339, rfc3339 } from '../../clock.ts'
import type { LogEntry } from './log-lines.ts'

export interface RenderOptions {
  readonly terminal: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly timestamps: boolean
  readonly since: bigint | null
  readonly until: bigint | null
  /** What stands before each line, if anything is to. */
  readonly details?: string | null
}

const NEWLINE = Buffer.from('\n')

/** Renders entry by entry; remembers which streams are inside a line. */
export class LogRenderer {
  readonly #options: RenderOptions
  readonly #inLine = { 1: false, 2: false }

  constructor(options: RenderOptions) {
    this.#options = options
  }

  /** The bytes of an entry; null when it is not wanted. */
  render({ stream, whole, time, text }: LogEntry): Buffer | null {
    const { terminal, stdout, stderr, timestamps, since, until, details = null } = this.#options
    if (!(stream === 1 ? stdout : stderr)) return null
    const nano = timestamps || since !== null || until !== null ? parseRfc3339(time) : null
    if (nano !== null && since !== null && nano < since) return null
    if (nano !== null && until !== null && nano > until) return null
    const begins = !this.#inLine[stream]
    this.#inLine[stream] = !whole
    const stamp = timestamps && begins && nano !== null ? Buffer.from(`${rfc3339(nano)} `) : null
    const words = details !== null && begins ? Buffer.from(`${details} `) : null
    const parts = [...(stamp ? [stamp] : []), ...(words ? [words] : []), text, ...(whole ? [NEWLINE] : [])]
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    if (size === 0) return null
    return terminal
      ? Buffer.concat(parts, size)
      : Buffer.concat([frameHeader(stream, size), ...parts], size + 8)
  }
}

/** Docker's header of a frame: the stream, three zero bytes, the size in big-endian. */
export function frameHeader(stream: 1 | 2, size: number): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(size, 4)
  return header
}
