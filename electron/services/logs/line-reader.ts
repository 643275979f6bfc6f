/** Logs: lines out of bytes. This file: cuts the two streams into lines and takes the engine's timestamp off. */
import type { Output } from '../../../engine/client/frames.ts'

export interface RawLine {
  readonly at: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** A line without an end is shown in pieces of this many characters rather than kept in memory for ever. */
const LONGEST = 64 * 1024

export class LineReader {
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  readonly #rest = { stdout: '', stderr: '' }

  /** The lines that `output` completes. */
  take(output: Output): RawLine[] {
    const { stream } = output
    const text = this.#rest[stream] + this.#decoders[stream].decode(output.bytes, { stream: true })
    const parts = text.split('\n')
    let rest = parts.pop() ?? ''
    if (rest.length > LONGEST) {
      parts.push(rest)
      rest = ''
    }
    this.#rest[stream] = rest
    return parts.map((part) => parseLine(stream, part))
  }

  /** What is left when the log has ended without a last newline. */
  end(): RawLine[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) =>
      this.#rest[stream] === '' ? [] : [parseLine(stream, this.#rest[stream])],
    )
  }
}

/** `2026-11-23T10:00:00.123456789Z text`; a terminal's log ends its lines with a carriage return too. */
function parseLine(stream: RawLine['stream'], line: string): RawLine {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line
  const space = whole.indexOf(' ')
  const at = space === -1 ? whole : whole.slice(0, space)
  if (!/^\d{4}-\d\d-\d\dT/.test(at)) return { at: '', stream, text: whole }
  return { at, stream, text: space === -1 ? '' : whole.slice(space + 1) }
}
