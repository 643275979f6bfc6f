/** Tells of one step: its states, output and parts, as events. */
import type { StepId } from '../plan/step.ts'
import type { StepIo } from './performer.ts'
import type { BuildEvent, Reason, StepState } from './progress.ts'

/**
 * Control characters that are no part of text and its colours. In JSON most would be six bytes each, and what a step
 * writes may be nothing but NULs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes, but for what terminals draw by
const CONTROLS = /(?![\n\r\t\b\x07\x1b])\p{Cc}/gu

/** One step of one build. */
export class StepEvents {
  readonly #id: StepId
  readonly #emit: (event: BuildEvent) => void
  readonly #now: () => number
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  readonly #parts = new Map<string, number>()
  #startedAt: number | null = null
  #reason: Reason | null = null
  #ended = false

  constructor(id: StepId, emit: (event: BuildEvent) => void, now: () => number) {
    this.#id = id
    this.#emit = emit
    this.#now = now
  }

  /** Whether anything was told of it yet. */
  get begun(): boolean {
    return this.#startedAt !== null
  }

  /** Whether it was told how it ended. */
  get ended(): boolean {
    return this.#ended
  }

  running(reason: Reason | null): void {
    this.#startedAt ??= this.#now()
    this.#reason = reason
    this.#state({ state: 'running', startedAt: this.#startedAt }, null)
  }

  cached(reason: Reason, layerBytes: number | null): void {
    const completedAt = this.#now()
    this.#startedAt ??= completedAt
    this.#reason = reason
    this.#state({ state: 'cached', startedAt: this.#startedAt, completedAt }, layerBytes)
  }

  done(layerBytes: number | null): void {
    const completedAt = this.#now()
    this.#startedAt ??= completedAt
    this.#state({ state: 'done', startedAt: this.#startedAt, completedAt }, layerBytes)
  }

  failed(message: string, exitCode: number | null): void {
    const completedAt = this.#now()
    this.#startedAt ??= completedAt
    this.#state({ state: 'failed', startedAt: this.#startedAt, completedAt, message, exitCode }, null)
  }

  cancelled(): void {
    this.#state({ state: 'cancelled' }, null)
  }

  /** For the performer, and for whoever joins a run. */
  io(signal: AbortSignal): StepIo {
    return {
      signal,
      log: (stream, bytes) => {
        const text = this.#decoders[stream].decode(bytes, { stream: true }).replaceAll(CONTROLS, '\ufffd')
        if (text !== '') this.#emit({ kind: 'log', at: this.#now(), id: this.#id, stream, text })
      },
      status: (name, current, total, done) => {
        const at = this.#now()
        const startedAt = this.#parts.get(name) ?? at
        this.#parts.set(name, startedAt)
        const completedAt = done ? at : null
        this.#emit({ kind: 'status', at, id: this.#id, name, current, total, startedAt, completedAt })
      },
    }
  }

  #state(now: StepState, layerBytes: number | null): void {
    this.#ended = now.state !== 'running' && now.state !== 'waiting'
    this.#emit({ kind: 'step', at: this.#now(), id: this.#id, now, reason: this.#reason, layerBytes })
  }
}
