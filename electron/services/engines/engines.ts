/** All known engines: the embedded one, those found on this machine, and those that were added. */
import { formatEndpoint, parseEndpoint } from '../../../engine/client/endpoint.ts'
import type { EngineSummary, EngineView } from '../../contract/engines.ts'
import { ServiceError } from '../failure.ts'
import { pause, Subject } from '../live/subject.ts'
import type { JsonFile } from '../settings/json-file.ts'
import { discoverEngines, engineIdOf } from './discover.ts'
import type { EmbeddedOptions } from './embedded.ts'
import { startEmbedded } from './embedded.ts'
import type { EngineEntry, Starter } from './engine.ts'
import { Engine } from './engine.ts'
import { summarize } from './summary.ts'

/** What the state folder keeps of added engines. */
export interface AddedEngines {
  readonly added: readonly { readonly name: string; readonly endpoint: string }[]
}

export class Engines {
  readonly #engines = new Map<string, Engine>()
  readonly #views = new Subject<readonly EngineView[]>([])
  readonly #changes = new Subject<number>(0)
  readonly #file: JsonFile<AddedEngines>
  readonly #environment: Readonly<Record<string, string | undefined>>
  #startedPid: number | null = null

  constructor(
    embedded: EmbeddedOptions,
    file: JsonFile<AddedEngines>,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#file = file
    const own = `unix://${embedded.socket}`
    this.#add(
      { id: 'embedded', name: 'Longshore', kind: 'embedded', endpoint: own },
      async (tell, signal) => {
        await startEmbedded(embedded, tell, signal, (pid) => {
          this.#startedPid = pid
        })
      },
    )
    this.#environment = environment
    this.#discover()
    for (const { name, endpoint } of file.value.added) this.#add(entryOf(name, endpoint), null)
  }

  /** The pid of the embedded engine, if this process started it. */
  get startedPid(): number | null {
    return this.#startedPid
  }

  /** Throws `not-found` for an id that is not known. */
  get(id: string): Engine {
    const engine = this.#engines.get(id)
    if (!engine) {
      throw new ServiceError('not-found', `There is no engine "${id}" here.`, {
        remedy: 'Choose another engine.',
      })
    }
    return engine
  }

  /** Looks for engines again first: one may have been installed since. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<readonly EngineView[], void, undefined> {
    this.#discover()
    return this.#views.watch(signal, 50)
  }

  async *summary(
    id: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<EngineSummary, void, undefined> {
    const engine = this.get(id)
    let last = ''
    for await (const _ of this.#changes.watch(signal, 1000)) {
      const summary = await summarize(engine)
      const text = JSON.stringify({
        ...summary,
        diskFreeBytes: Math.round((summary.diskFreeBytes ?? 0) / 1e8),
      })
      if (text !== last) yield summary
      last = text
    }
  }

  /** Adds an endpoint, or answers the one that is there. Throws `invalid` for an address that is none. */
  async add(name: string, address: string): Promise<EngineView> {
    const endpoint = formatEndpoint(parseEndpoint(address))
    const known = [...this.#engines.values()].find((engine) => engine.entry.endpoint === endpoint)
    if (known) return known.view
    await this.#file.update((value) => ({ added: [...value.added, { name, endpoint }] }))
    const engine = this.#add(entryOf(name, endpoint), null)
    // A person who adds an engine wants to see whether it answers: give it a moment.
    for (let i = 0; i < 20 && engine.view.state.kind === 'connecting'; i++) await pause(50, undefined)
    return engine.view
  }

  /** Forgets an added engine. Throws `conflict` for one that was found by itself. */
  async remove(id: string): Promise<void> {
    const engine = this.get(id)
    const endpoint = engine.entry.endpoint
    if (!this.#file.value.added.some((entry) => entry.endpoint === endpoint)) {
      throw new ServiceError('conflict', `${engine.entry.name} was not added by hand and cannot be removed.`)
    }
    await this.#file.update((value) => ({
      added: value.added.filter((entry) => entry.endpoint !== endpoint),
    }))
    engine.stop()
    this.#engines.delete(id)
    this.#publish()
  }

  close(): void {
    for (const engine of this.#engines.values()) engine.stop()
  }

  #discover(): void {
    const known = new Set([...this.#engines.values()].map((engine) => engine.entry.endpoint))
    for (const entry of discoverEngines(this.#environment))
      if (!known.has(entry.endpoint)) this.#add(entry, null)
  }

  #add(entry: EngineEntry, starter: Starter | null): Engine {
    const known = this.#engines.get(entry.id)
    if (known) return known
    const engine = new Engine(
      entry,
      starter,
      () => this.#publish(),
      () => this.#changes.set(this.#changes.value + 1),
    )
    this.#engines.set(entry.id, engine)
    engine.start()
    this.#publish()
    return engine
  }

  #publish(): void {
    this.#views.set([...this.#engines.values()].map((engine) => engine.view))
    this.#changes.set(this.#changes.value + 1)
  }
}

function entryOf(name: string, endpoint: string): EngineEntry {
  return { id: engineIdOf(endpoint), name, kind: endpoint.startsWith('unix:') ? 'local' : 'remote', endpoint }
}
