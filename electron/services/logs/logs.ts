/**
 * Follows a container's log for one reader: through stops and starts of the container and restarts of its engine,
 * without a line lost or doubled, marks included.
 */
import { isEngineError } from '../../../engine/errors.ts'
import type { LogMessage } from '../../contract/logs.ts'
import type { Engine } from '../engines/engine.ts'
import type { Engines } from '../engines/engines.ts'
import { explained } from '../failure.ts'
import { pause } from '../live/subject.ts'
import { LineReader } from './line-reader.ts'
import { LogBuffer } from './log-buffer.ts'

export interface FollowOptions {
  readonly tail: number
  readonly follow: boolean
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** Lines kept for a reader that lags. */
const KEPT_LINES = 20_000
const RETRY_MS = 300

export class Logs {
  readonly #engines: Engines

  constructor(engines: Engines) {
    this.#engines = engines
  }

  async *follow(
    engineId: string,
    id: string,
    options: FollowOptions,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LogMessage, void, undefined> {
    const engine = this.#engines.get(engineId)
    const inspect = await explained('read the log', () => engine.client.containers.inspect(id))
    const ending = new AbortController()
    const stop = () => ending.abort()
    signal?.addEventListener('abort', stop, { once: true })
    const buffer = new LogBuffer(Math.max(KEPT_LINES, options.tail))
    const follower = new Follower(engine, inspect.Id, inspect.Config.Tty, options, buffer, ending.signal)
    follower.run().then(
      () => buffer.end(),
      (error: unknown) => buffer.end(error),
    )
    try {
      yield* buffer.read(signal)
    } finally {
      signal?.removeEventListener('abort', stop)
      ending.abort()
    }
  }
}

/** Moves one log into a buffer. */
class Follower {
  readonly #engine: Engine
  readonly #id: string
  readonly #terminal: boolean
  readonly #options: FollowOptions
  readonly #buffer: LogBuffer
  readonly #signal: AbortSignal
  /** The time of the last line, and how many lines had it: where to go on. */
  #last = ''
  #atLast = 0
  #removed = false

  constructor(
    engine: Engine,
    id: string,
    terminal: boolean,
    options: FollowOptions,
    buffer: LogBuffer,
    signal: AbortSignal,
  ) {
    this.#engine = engine
    this.#id = id
    this.#terminal = terminal
    this.#options = options
    this.#buffer = buffer
    this.#signal = signal
  }

  /** Resolves at the log's end: when all is read, or (following) when the container is gone. */
  async run(): Promise<void> {
    const starts = { count: 0, wake: () => {} }
    const stopListening = this.#engine.onEvent((event) => {
      if (event.Actor.ID !== this.#id || event.Type !== 'container') return
      const at = new Date(event.timeNano / 1e6).toISOString()
      if (event.Action === 'start') {
        this.#buffer.mark(at, 'started')
        starts.count += 1
      }
      if (event.Action === 'die')
        this.#buffer.mark(at, `exited ${event.Actor.Attributes?.exitCode ?? ''}`.trim())
      if (event.Action === 'destroy') this.#removed = true
      starts.wake()
    })
    try {
      do {
        const before = starts.count
        const outcome = await this.#readOnce()
        if (!this.#options.follow || this.#signal.aborted) return
        if (outcome === 'ended' && !(await this.#isRunning())) {
          while (starts.count === before && !this.#removed && !this.#signal.aborted) {
            await new Promise<void>((resolve) => {
              starts.wake = resolve
              this.#signal.addEventListener('abort', () => resolve(), { once: true })
            })
          }
        } else {
          await pause(RETRY_MS, this.#signal)
        }
      } while (!this.#removed && !this.#signal.aborted)
    } finally {
      stopListening()
    }
  }

  /** One connection's worth. A lost engine is no failure while following. */
  async #readOnce(): Promise<'ended' | 'lost'> {
    const reader = new LineReader()
    let double = this.#atLast
    const resumedFrom = this.#last
    const take = (lines: ReturnType<LineReader['take']>) => {
      const fresh = lines.filter((line) => {
        if (resumedFrom !== '' && line.at === resumedFrom && double > 0) {
          double -= 1
          return false
        }
        this.#atLast = line.at === this.#last ? this.#atLast + 1 : 1
        this.#last = line.at
        return true
      })
      if (fresh.length > 0) this.#buffer.add(fresh)
    }
    try {
      const output = await this.#engine.client.containers.logs(this.#id, {
        follow: this.#options.follow,
        timestamps: true,
        terminal: this.#terminal,
        signal: this.#signal,
        ...(resumedFrom === '' ? this.#first() : { since: toSeconds(resumedFrom) }),
      })
      for await (const piece of output) {
        take(reader.take(piece))
        if (!this.#options.follow) await this.#buffer.room(this.#signal)
      }
      take(reader.end())
      return 'ended'
    } catch (error) {
      if (isEngineError(error, 'not-found') && this.#options.follow) this.#removed = true
      else if (!isEngineError(error, 'unavailable') || !this.#options.follow) throw error
      return 'lost'
    }
  }

  #first(): { tail: number; since?: string; until?: string } {
    const { tail, since, until } = this.#options
    return { tail, ...(since && { since: toSeconds(since) }), ...(until && { until: toSeconds(until) }) }
  }

  async #isRunning(): Promise<boolean> {
    try {
      const { State: state } = await this.#engine.client.containers.inspect(this.#id)
      return state.Running
    } catch (error) {
      if (isEngineError(error, 'not-found')) this.#removed = true
      return isEngineError(error, 'unavailable')
    }
  }
}

/** RFC 3339 with nanoseconds to `seconds.nanoseconds`, which every engine takes. */
export function toSeconds(time: string): string {
  const milliseconds = Date.parse(time)
  if (Number.isNaN(milliseconds)) return time
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? ''
  return `${Math.floor(milliseconds / 1000)}.${fraction.padEnd(9, '0').slice(0, 9)}`
}
