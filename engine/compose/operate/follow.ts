/** Follows the containers of a project: what they write, who ends, and those that come later. */
import { setTimeout } from 'node:timers/promises'
import type { EngineClient } from '../../client/client.ts'
import { isEngineError } from '../../errors.ts'
import { observeContainer, observeContainers } from '../observe.ts'
import { LABEL } from '../plan/desired/labels.ts'
import type { ObservedContainer } from '../plan/observed.ts'
import { type LogLine, type LogRequest, linesOf } from './logs.ts'
import { Merged } from './merged.ts'

/** A restart by hand ends a container and starts it, and nothing tells between the two that it will. */
const RESTART_MS = 500

/** What happened. A container is told to have ended after its last line. */
export type Happening =
  | { readonly kind: 'line'; readonly line: LogLine }
  | { readonly kind: 'exited'; readonly container: ObservedContainer; readonly code: number }

export interface FollowOptions {
  readonly project: string
  readonly wanted: (service: string) => boolean
  /** Which lines of the containers that are there; those of later starts are shown whole. */
  readonly request: Omit<LogRequest, 'follow' | 'signal'>
  /** Whether containers that do not run are shown too, with what they wrote. */
  readonly stopped: boolean
  /** It does not end before this is settled, though nothing runs: something is about to start. */
  readonly notBefore?: Promise<unknown>
  readonly signal: AbortSignal
}

/** Follows until nothing runs any more, or the signal aborts. */
export async function* follow(
  client: EngineClient,
  options: FollowOptions,
): AsyncGenerator<Happening, void, undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const events = await client.events({
    filters: { type: ['container'], label: [`${LABEL.project}=${options.project}`] },
    signal,
  })
  const sessions = new Sessions(client, options, signal)
  // The engine tells of everything from here on: a container that starts now is in the list, or told, or both.
  for (const container of await observeContainers(client, options.project)) {
    if (container.oneoff || !options.wanted(container.service)) continue
    if (container.inspect.State.Running) sessions.begin(container.inspect.Id, options.request)
    else if (options.stopped) sessions.recall(container)
    else sessions.skip(container)
  }
  const watching = sessions.watch(events)
  watching.catch(() => undefined)
  options.notBefore?.then(sessions.settled, sessions.settled)
  if (!options.notBefore) sessions.settled()
  try {
    yield* sessions.merged.all()
  } finally {
    over.abort()
  }
}

/** One run of one container, from its start to its end. */
class Sessions {
  readonly merged = new Merged<Happening>()
  readonly #client: EngineClient
  readonly #options: FollowOptions
  readonly #signal: AbortSignal
  /** Of the runs that have not ended, by container: a new run may begin before the lines of the last are all read. */
  readonly #ends = new Map<string, (code: number | undefined) => void>()
  /** When each ended last, in seconds: what it writes later is of another run. An engine may tell of a start late. */
  readonly #lastEnds = new Map<string, string>()
  #reading = 0
  readonly #release = this.merged.hold()
  #maySettle = false

  constructor(client: EngineClient, options: FollowOptions, signal: AbortSignal) {
    this.#client = client
    this.#options = options
    this.#signal = signal
    signal.addEventListener('abort', () => {
      for (const end of this.#ends.values()) end(undefined)
      this.#release()
    })
  }

  begin(id: string, request: FollowOptions['request']): void {
    if (this.#ends.has(id)) return
    const end = new Promise<number | undefined>((resolve) => this.#ends.set(id, resolve))
    this.#reading++
    this.merged.add(this.#run(id, request, end))
  }

  /** What it wrote until now is not shown. */
  skip({ inspect }: ObservedContainer): void {
    const finished = Date.parse(inspect.State.FinishedAt)
    if (finished > 0) this.#lastEnds.set(inspect.Id, ((finished + 1) / 1000).toFixed(3))
  }

  recall(container: ObservedContainer): void {
    this.skip(container)
    this.merged.add(this.#lines(container, { ...this.#options.request, follow: false }))
  }

  async watch(events: Awaited<ReturnType<EngineClient['events']>>): Promise<void> {
    for await (const { Action, Actor, timeNano } of events) {
      const { [LABEL.service]: service = '', [LABEL.oneoff]: oneoff, exitCode } = Actor.Attributes ?? {}
      if (!this.#options.wanted(service) || oneoff?.toLowerCase() === 'true') continue
      if (Action === 'start') {
        const { timestamps, until } = this.#options.request
        this.begin(Actor.ID, { timestamps, until, since: this.#lastEnds.get(Actor.ID) })
      } else if (Action === 'die') {
        this.#lastEnds.set(Actor.ID, (timeNano / 1e9).toFixed(9))
        this.#ends.get(Actor.ID)?.(Number(exitCode ?? 0))
        this.#ends.delete(Actor.ID)
      }
    }
  }

  /** From now on it ends when nothing runs. */
  readonly settled = (): void => {
    this.#maySettle = true
    void this.#endIfQuiet()
  }

  async *#run(
    id: string,
    request: FollowOptions['request'],
    end: Promise<number | undefined>,
  ): AsyncGenerator<Happening, void, undefined> {
    try {
      const container = await observeContainer(this.#client, id)
      if (!container) {
        this.#ends.delete(id)
        return
      }
      yield* this.#lines(container, { ...request, follow: true })
      const code = await end
      if (code !== undefined) yield { kind: 'exited', container, code }
    } catch (error) {
      // It was removed under us: there is nothing more to tell.
      if (!isEngineError(error, 'not-found')) throw error
    } finally {
      this.#reading--
      void this.#endIfQuiet()
    }
  }

  async *#lines(
    container: ObservedContainer,
    request: Omit<LogRequest, 'signal'>,
  ): AsyncGenerator<Happening, void, undefined> {
    for await (const line of linesOf(this.#client, container, { ...request, signal: this.#signal })) {
      yield { kind: 'line', line }
    }
  }

  async #endIfQuiet(): Promise<void> {
    if (!this.#maySettle || this.#reading > 0) return
    try {
      await setTimeout(RESTART_MS, undefined, { signal: this.#signal })
      const all = await observeContainers(this.#client, this.#options.project)
      const runs = all.some(
        ({ service, oneoff, inspect }) => !oneoff && this.#options.wanted(service) && inspect.State.Running,
      )
      if (!runs && this.#reading === 0) this.#release()
    } catch {
      // An engine that does not answer tells nothing more.
      this.#release()
    }
  }
}
