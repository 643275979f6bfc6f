/**
 * Progress as lines that follow each other, as BuildKit's plain output writes it: steps are numbered as they come to
 * be shown, each line begins with its step's number, and one step is shown at a time.
 */
import type { BuildProgress } from '../../../../engine/api/longshore/build-events.ts'
import { BuildModel, type LogLine, type StatusLine, type StepProgress } from './model.ts'
import { because, part, seconds } from './words.ts'

/** A step that is silent for this long gives way to one that has something to say. */
const PATIENCE_MS = 5000
/** A status that goes on is said again this often at most. */
const STATUS_MS = 5000

interface Shown {
  readonly id: string
  number: number
  readonly waiting: string[]
  readonly statusSaid: Map<string, number>
  reasonSaid: boolean
  begun: boolean
  ended: boolean
}

/** Turns events into lines. All methods give the lines that are to be written now. */
export class PlainView {
  readonly model = new BuildModel()
  readonly #shown = new Map<string, Shown>()
  #current: Shown | null = null
  #lastAt = 0
  #numbers = 0

  add(event: BuildProgress): readonly string[] {
    const log = this.model.add(event)
    switch (event.kind) {
      case 'step':
        return this.#step(event.id, event.at, log)
      case 'log':
        return this.#say(event.id, event.at, this.#logLines(event.id, log))
      case 'status':
        return this.#status(event.id, event)
      case 'steps':
      case 'warning':
      case 'dockerfile':
        return []
      case 'result':
      case 'failed':
        return this.#rest()
    }
  }

  #step(id: string, at: number, log: readonly LogLine[]): readonly string[] {
    const step = this.model.step(id) as StepProgress
    if (step.now.state === 'waiting') return []
    const shown = this.#of(id)
    if (shown.ended) return []
    const lines = this.#logLines(id, log)
    const reason = because(step)
    if (reason !== null && !shown.reasonSaid) {
      shown.reasonSaid = true
      lines.unshift(reason)
    }
    const ending = endOf(step)
    if (ending !== null) {
      lines.push(ending)
      shown.ended = true
    }
    // What was never begun is not worth a number.
    if (step.now.state === 'cancelled' && !shown.begun) return []
    shown.begun = true
    return this.#say(id, at, lines)
  }

  #status(id: string, event: BuildProgress & { readonly kind: 'status' }): readonly string[] {
    const shown = this.#of(id)
    const said = shown.statusSaid.get(event.name)
    if (event.completedAt === null && said !== undefined && event.at - said < STATUS_MS) return []
    shown.statusSaid.set(event.name, event.at)
    return this.#say(id, event.at, [statusLine(event)])
  }

  #logLines(id: string, log: readonly LogLine[]): string[] {
    const now = this.model.step(id)?.now
    const startedAt = now && 'startedAt' in now ? now.startedAt : null
    return log.map(({ at, text }) => {
      const since = Math.max(0, at - (startedAt ?? at)) / 1000
      return `${since.toFixed(3)} ${text}`
    })
  }

  #of(id: string): Shown {
    const known = this.#shown.get(id)
    if (known) return known
    const made: Shown = {
      ...{ id, number: 0, waiting: [], statusSaid: new Map(), reasonSaid: false, begun: false, ended: false },
    }
    this.#shown.set(id, made)
    return made
  }

  /** Lines of one step: at once if it is its turn, else when it comes. */
  #say(id: string, at: number, lines: readonly string[]): readonly string[] {
    const shown = this.#of(id)
    shown.waiting.push(...lines)
    const current = this.#current
    if (current === null || current === shown) return this.#turn(shown, at)
    if (at - this.#lastAt < PATIENCE_MS || shown.waiting.length === 0) return []
    // The one that is shown goes on later.
    return [`#${current.number} ...`, '', ...this.#turn(shown, at)]
  }

  #turn(shown: Shown, at: number): readonly string[] {
    const out: string[] = []
    if (this.#current !== shown) {
      if (shown.number === 0) shown.number = ++this.#numbers
      out.push(`#${shown.number} ${this.model.step(shown.id)?.step.name ?? shown.id}`)
    }
    this.#current = shown
    this.#lastAt = at
    for (const line of shown.waiting.splice(0)) out.push(`#${shown.number} ${line}`)
    if (!shown.ended) return out
    out.push('')
    this.#current = null
    const next = this.#next()
    return next === null ? out : [...out, ...this.#turn(next, at)]
  }

  /** The next to be shown: one that has ended, so that it is over with, else one that has something to say. */
  #next(): Shown | null {
    const waiting = [...this.#shown.values()].filter((each) => each.waiting.length > 0)
    return waiting.find(({ ended }) => ended) ?? waiting[0] ?? null
  }

  /** All that has not been said yet; the build is over. */
  #rest(): readonly string[] {
    const out: string[] = []
    if (this.#current !== null) out.push('')
    this.#current = null
    for (let next = this.#next(); next !== null; next = this.#next()) {
      out.push(...this.#turn(next, this.#lastAt))
      if (this.#current !== null) out.push('')
      this.#current = null
    }
    return out
  }
}

function endOf({ now }: StepProgress): string | null {
  switch (now.state) {
    case 'waiting':
    case 'running':
      return null
    case 'cached':
      return 'CACHED'
    case 'done':
      return `DONE ${seconds(now.completedAt - now.startedAt)}`
    case 'failed':
      return `ERROR: ${now.message}`
    case 'cancelled':
      return 'CANCELED'
  }
}

/** `transferring context: 2.10kB 0.1s done` */
function statusLine(status: StatusLine): string {
  const took = (status.completedAt ?? status.at) - status.startedAt
  const time = took > 10 ? ` ${seconds(took)}` : ''
  return `${part(status)}${time}${status.completedAt === null ? '' : ' done'}`
}
