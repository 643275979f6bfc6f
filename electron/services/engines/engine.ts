/** Engines: those that the application knows, kept connected. This file: one engine, from address to live lists. */
import type { EngineClient } from '../../../engine/client/client.ts'
import { connectEngine } from '../../../engine/client/client.ts'
import { parseEndpoint } from '../../../engine/client/endpoint.ts'
import type { EngineEvent } from '../../../engine/client/shapes.ts'
import { EngineError, isEngineError } from '../../../engine/errors.ts'
import type { EngineState, EngineView } from '../../contract/engines.ts'
import { ServiceError } from '../failure.ts'
import { pause } from '../live/subject.ts'
import { factsOf } from './facts.ts'
import { EngineObjects } from './objects.ts'
import { RecentEvents } from './recent-events.ts'

/** What is known of an engine before it is ever reached. */
export interface EngineEntry {
  readonly id: string
  readonly name: string
  readonly kind: EngineView['kind']
  /** `unix:///path` or `tcp://host:port`. */
  readonly endpoint: string
}

/** Brings an engine to life that does not answer; tells what it is doing. Throws when it cannot. */
export type Starter = (tell: (what: string) => void, signal: AbortSignal) => Promise<void>

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 30_000
const RECONCILE_MS = 60_000
/** Some engines send the headers of their event stream with the first event only. */
const EVENTS_PATIENCE_MS = 2000

export class Engine {
  readonly entry: EngineEntry
  readonly objects: EngineObjects
  readonly #starter: Starter | null
  readonly #onChange: () => void
  readonly #stopped = new AbortController()
  readonly #listeners = new Set<(event: EngineEvent) => void>()
  readonly #recent = new RecentEvents()
  #state: EngineState = { kind: 'connecting' }
  #client: EngineClient | null = null
  #wake = new AbortController()

  /** `onChange` is told of a new state, `onObjects` of a change in a list. */
  constructor(entry: EngineEntry, starter: Starter | null, onChange: () => void, onObjects: () => void) {
    this.entry = entry
    this.#starter = starter
    this.#onChange = onChange
    this.objects = new EngineObjects(onObjects)
  }

  /** Connects and stays connected until `stop`. */
  start(): void {
    void this.#run()
  }

  stop(): void {
    this.#stopped.abort()
    this.#wake.abort()
  }

  /** Tries again now. */
  reconnect(): void {
    this.#wake.abort()
  }

  get view(): EngineView {
    return {
      ...this.entry,
      state: this.#state,
      capabilities: this.#client?.capabilities ?? null,
      facts: this.#client ? factsOf(this.#client) : null,
    }
  }

  /** The connected client. Throws `unavailable` with the reason otherwise. */
  get client(): EngineClient {
    if (this.#client && this.#state.kind === 'connected') return this.#client
    const why =
      this.#state.kind === 'unreachable' ? this.#state.reason : `${this.entry.name} is not connected yet`
    throw new ServiceError('unavailable', `The engine ${this.entry.name} does not answer: ${why}`, {
      remedy: this.#state.kind === 'unreachable' ? this.#state.remedy : 'Wait until it is connected.',
    })
  }

  /** The endpoint is on this machine: its files and ports can be looked at. */
  get isLocal(): boolean {
    return this.entry.endpoint.startsWith('unix://') || this.entry.endpoint.startsWith('/')
  }

  /** Tells each event once; answers how to stop. */
  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stopped.signal.aborted) {
      this.#wake = new AbortController()
      try {
        await this.#connectOnce(() => {
          failures = 0
        })
      } catch (error) {
        failures += 1
        const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)
        this.#leave(error, wait)
        await pause(wait, this.#wake.signal)
      }
    }
  }

  /** One connection, until it ends. Always rejects, with the reason. */
  async #connectOnce(onConnected: () => void): Promise<never> {
    if (this.#state.kind !== 'unreachable') this.#set({ kind: 'connecting' })
    const ending = AbortSignal.any([this.#stopped.signal, this.#wake.signal])
    const endpoint = parseEndpoint(this.entry.endpoint)
    let client: EngineClient
    try {
      client = await connectEngine(endpoint)
    } catch (error) {
      if (!this.#starter || !isEngineError(error, 'unavailable')) throw error
      await this.#starter((what) => this.#set({ kind: 'starting', what }), ending)
      client = await connectEngine(endpoint)
    }
    const events = client.events({ since: this.#recent.since, signal: ending })
    events.catch(() => {}) // awaited below; it may fail while the lists are read
    await Promise.race([events, pause(EVENTS_PATIENCE_MS, ending)])
    await this.objects.load(client)
    this.#client = client
    this.#set({ kind: 'connected', since: new Date().toISOString() })
    onConnected()
    const stopReconciling = this.#reconcileSlowly(client)
    try {
      for await (const event of await events) this.#take(event)
    } finally {
      stopReconciling()
    }
    throw new EngineError('unavailable', 'it ended the stream of its events')
  }

  #take(event: EngineEvent): void {
    if (!this.#recent.isNew(event)) return
    this.objects.onEvent(event)
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** Longshore's own events have no holes; of others nothing is known. */
  #reconcileSlowly(client: EngineClient): () => void {
    if (client.capabilities.longshore) return () => {}
    const timer = setInterval(() => {
      this.objects.reconcile().catch(() => {}) // the event stream tells that the engine went
    }, RECONCILE_MS)
    timer.unref()
    return () => clearInterval(timer)
  }

  #leave(error: unknown, waitMs: number): void {
    this.#client = null
    if (this.#stopped.signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    if (!isEngineError(error)) console.error(`engine ${this.entry.id}:`, error)
    this.#set({
      kind: 'unreachable',
      reason,
      remedy: error instanceof ServiceError ? error.remedy : remedyOf(reason),
      retryAt: new Date(Date.now() + waitMs).toISOString(),
    })
    this.objects.leave(reason)
  }

  #set(state: EngineState): void {
    this.#state = state
    this.#onChange()
  }
}

function remedyOf(reason: string): string | null {
  if (reason.includes('refuses permission')) return 'Add this user to the group that may use the socket.'
  if (reason.includes('does not exist') || reason.includes('nothing listens'))
    return 'Start that engine, or remove it here.'
  return null
}
