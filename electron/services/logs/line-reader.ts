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
  /** The time of a line that was cut, for the pieces that follow; null at the start of a line. */
  readonly #cutAt: Record<RawLine['stream'], string | null> = { stdout: null, stderr: null }

  /** The lines that `output` completes. */
  take(output: Output): RawLine[] {
    const { stream } = output
    const text = this.#rest[stream] + this.#decoders[stream].decode(output.bytes, { stream: true })
    const parts = text.split('\n')
    this.#rest[stream] = parts.pop() ?? ''
    const lines = parts.map((part) => this.#line(stream, part))
    if (this.#rest[stream].length > LONGEST) {
      const piece = this.#line(stream, this.#rest[stream])
      lines.push(piece)
      this.#rest[stream] = ''
      this.#cutAt[stream] = piece.at
    }
    return lines
  }

  /** What is left when the log has ended without a last newline. */
  end(): RawLine[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) =>
      this.#rest[stream] === '' ? [] : [this.#line(stream, this.#rest[stream])],
    )
  }

  #line(stream: RawLine['stream'], text: string): RawLine {
    const at = this.#cutAt[stream]
    if (at === null) return parseLine(stream, text)
    this.#cutAt[stream] = null
    return { at, stream, text: text.endsWith('\r') ? text.slice(0, -1) : text }
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
