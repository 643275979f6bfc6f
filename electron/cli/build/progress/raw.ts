/** Progress as JSON lines in the shape of BuildKit's status stream, for programs that read `--progress=rawjson`. */
import { createHash } from 'node:crypto'
import type { BuildProgress, StepNow } from '../../../../engine/api/longshore/build-events.ts'
import { BuildModel } from './model.ts'

/** Turns events into lines; an event that BuildKit has no word for gives none. */
export class RawView {
  readonly model = new BuildModel()
  readonly #build: string

  /** `build` names it: steps are told apart by digests, as BuildKit's are. */
  constructor(build: string) {
    this.#build = build
  }

  add(event: BuildProgress): readonly string[] {
    this.model.add(event)
    const status = this.#status(event)
    return status === null ? [] : [JSON.stringify(status)]
  }

  #status(event: BuildProgress): object | null {
    switch (event.kind) {
      case 'steps':
        return { vertexes: event.steps.map(({ id }) => this.#vertex(id)) }
      case 'step':
        return { vertexes: [this.#vertex(event.id)] }
      case 'log':
        return {
          logs: [
            {
              vertex: this.#digest(event.id),
              stream: event.stream === 'stdout' ? 1 : 2,
              data: Buffer.from(event.text).toString('base64'),
              timestamp: time(event.at),
            },
          ],
        }
      case 'status':
        return {
          statuses: [
            {
              ...{ id: event.name, vertex: this.#digest(event.id), name: event.name },
              ...{ total: event.total, current: event.current, timestamp: time(event.at) },
              started: time(event.startedAt),
              ...(event.completedAt === null ? {} : { completed: time(event.completedAt) }),
            },
          ],
        }
      case 'warning': {
        const { rule, message, range } = event.problem
        const short = Buffer.from(`${rule}: ${message} (line ${range.start.line})`).toString('base64')
        return { warnings: [{ level: 1, short, range: [range] }] }
      }
      case 'dockerfile':
      case 'result':
      case 'failed':
        return null
    }
  }

  #vertex(id: string): object {
    const known = this.model.step(id)
    const now: StepNow = known?.now ?? { state: 'waiting' }
    return {
      digest: this.#digest(id),
      inputs: known?.step.inputs.map((input) => this.#digest(input)) ?? [],
      name: known?.step.name ?? id,
      ...('startedAt' in now ? { started: time(now.startedAt) } : {}),
      ...('completedAt' in now ? { completed: time(now.completedAt) } : {}),
      ...(now.state === 'cached' ? { cached: true } : {}),
      ...(now.state === 'failed' ? { error: now.message } : {}),
      ...(now.state === 'cancelled' ? { error: 'context canceled' } : {}),
    }
  }

  #digest(id: string): string {
    return `sha256:${createHash('sha256').update(`${this.#build} ${id}`).digest('hex')}`
  }
}

function time(at: number): string {
  return new Date(at).toISOString()
}
