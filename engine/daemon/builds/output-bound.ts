/** How much of each step's output a build's log keeps: its beginning, and then a line that says so. */
import type { StepId } from '../../builder/plan/step.ts'
import type { LogLine } from './fold.ts'

const MB = 1024 * 1024

/** Bytes of one step's output, as they are in the log. */
const STEP_BYTES = 8 * MB

interface StepOutput {
  bytes: number
  endsLine: boolean
  clipped: boolean
}

/** The outputs of one build's steps. */
export class OutputBound {
  readonly #most: number
  readonly #steps = new Map<StepId, StepOutput>()

  /** `most` is in bytes of each step's output; the piece that reaches it is the last that is written. */
  constructor(most = STEP_BYTES) {
    this.#most = most
  }

  /** What is written for `line`: itself, or that its step's output is clipped, or nothing. */
  clip(line: LogLine): LogLine | null {
    if (line.kind !== 'log') return line
    const output = this.#steps.get(line.id)
    if (output === undefined || output.bytes < this.#most) return line
    if (output.clipped) return null
    output.clipped = true
    const said = `[output clipped: ${this.#most / MB} MB of this step are kept]\n`
    return { ...line, text: output.endsLine ? said : `\n${said}` }
  }

  /** Counts what was written for `line`, in bytes of the log. */
  wrote(line: LogLine, bytes: number): void {
    if (line.kind !== 'log') return
    const before = this.#steps.get(line.id)
    const endsLine = line.text.endsWith('\n')
    const clipped = before?.clipped ?? false
    this.#steps.set(line.id, { bytes: (before?.bytes ?? 0) + bytes, endsLine, clipped })
  }
}
