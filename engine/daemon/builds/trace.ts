/**
 * A build's events as BuildKit tells them (moby.buildkit.v1.StatusResponse): docker's own client draws its progress
 * from these.
 */
import { createHash } from 'node:crypto'
import type { BuildEvent, StepState, StepView } from '../../builder/solve/progress.ts'
import { encode, encodeNested, type Field } from './session/protobuf.ts'

/** Numbers of the lists in a StatusResponse. */
const VERTEX = 1
const STATUS = 2
const LOG = 3
const WARNING = 4

/** Turns the events of one build. It remembers the steps: a vertex is told whole each time. */
export class TraceWriter {
  readonly #build: string
  readonly #steps = new Map<string, StepView>()
  readonly #states = new Map<string, StepState>()

  /** `build` makes the steps' digests this build's own. */
  constructor(build: string) {
    this.#build = build
  }

  /** The message that an event makes; null for what BuildKit's clients have no word for. */
  write(event: BuildEvent): Buffer | null {
    switch (event.kind) {
      case 'steps':
        for (const step of event.steps) this.#steps.set(step.id, step)
        return Buffer.concat(event.steps.map((step) => encodeNested(VERTEX, this.#vertex(step.id))))
      case 'step':
        this.#states.set(event.id, event.now)
        return encodeNested(VERTEX, this.#vertex(event.id))
      case 'log':
        return encodeNested(
          LOG,
          Buffer.concat([
            encode([[1, this.#digest(event.id)]]),
            timestamp(2, event.at),
            encode([
              [3, event.stream === 'stdout' ? 1 : 2],
              [4, event.text],
            ]),
          ]),
        )
      case 'status': {
        const { current, total } = event
        // BuildKit's own transfers have a colon and no total: `transferring context: 31B done`.
        const transfer = event.name.startsWith('transferring ')
        const name = transfer ? `${event.name}:` : event.name
        const fields: Field[] = [
          [1, name],
          [2, this.#digest(event.id)],
          [3, name],
          [4, current],
          [5, transfer ? 0 : total],
        ]
        const times = [timestamp(6, event.at), timestamp(7, event.startedAt), timestamp(8, event.completedAt)]
        return encodeNested(STATUS, Buffer.concat([encode(fields), ...times]))
      }
      case 'warning': {
        const { problem } = event
        const short = `${problem.rule}: ${problem.message} (line ${problem.range.start.line})`
        return encodeNested(
          WARNING,
          encode([
            [1, this.#digest([...this.#steps.keys()][0] ?? '')],
            [2, 1],
            [3, short],
          ]),
        )
      }
      case 'dockerfile':
      case 'result':
      case 'failed':
        return null
    }
  }

  #vertex(id: string): Buffer {
    const step = this.#steps.get(id)
    const now = this.#states.get(id) ?? { state: 'waiting' }
    const started = 'startedAt' in now ? now.startedAt : null
    const completed = 'completedAt' in now ? now.completedAt : null
    const error = now.state === 'failed' ? now.message : now.state === 'cancelled' ? 'context canceled' : ''
    return Buffer.concat([
      encode([
        [1, this.#digest(id)],
        ...(step?.inputs ?? []).map((input): Field => [2, this.#digest(input)]),
        [3, step?.name ?? id],
        [4, now.state === 'cached'],
      ]),
      timestamp(5, started),
      timestamp(6, completed),
      encode([[7, error]]),
    ])
  }

  #digest(id: string): string {
    return `sha256:${createHash('sha256').update(`${this.#build} ${id}`).digest('hex')}`
  }
}

/** google.protobuf.Timestamp of a time in ms since 1970; nothing for null. */
function timestamp(field: number, ms: number | null): Buffer {
  if (ms === null) return Buffer.alloc(0)
  const seconds = Math.floor(ms / 1000)
  return encodeNested(
    field,
    encode([
      [1, seconds],
      [2, Math.round((ms - seconds * 1000) * 1e6)],
    ]),
  )
}
