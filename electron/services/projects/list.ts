/** The live list of an engine's projects: drawn from its live list of containers, so nothing more is asked of it. */
import { stat } from 'node:fs/promises'
import type { ListMessage } from '../../contract/live.ts'
import type { FilesPlace, ProjectRow } from '../../contract/projects.ts'
import type { Engine } from '../engines/engine.ts'
import { LiveList } from '../live/live-list.ts'
import type { KnownProjects } from './known.ts'
import { projectRows, type Sources } from './rows.ts'

export class ProjectList {
  readonly #engine: Engine
  readonly #known: KnownProjects
  readonly #list = new LiveList<ProjectRow>((row) => row.name)
  readonly #stopped = new AbortController()
  /** Whether a file is there, by path: asked of the disk once, and again when told to. */
  readonly #there = new Map<string, boolean>()
  #following = false

  constructor(engine: Engine, known: KnownProjects) {
    this.#engine = engine
    this.#known = known
  }

  watch(signal: AbortSignal | undefined): AsyncGenerator<ListMessage<ProjectRow>, void, undefined> {
    if (!this.#following) void this.#follow()
    return this.#list.watch(signal)
  }

  /** The row of a project as it stands now; undefined when there is none of that name. */
  async row(name: string): Promise<ProjectRow | undefined> {
    return (await this.#rows()).find((row) => row.name === name)
  }

  /** A project was opened, kept or forgotten, or a file was made. */
  async refresh(): Promise<void> {
    this.#there.clear()
    this.#list.reconcile(await this.#rows())
  }

  close(): void {
    this.#stopped.abort()
  }

  async #follow(): Promise<void> {
    this.#following = true
    let first = true
    for await (const message of this.#engine.objects.containers.watch(this.#stopped.signal)) {
      if (message.type === 'stale') {
        this.#list.stale(message.reason)
        continue
      }
      const rows = await this.#rows()
      if (first) this.#list.reset(rows)
      else this.#list.reconcile(rows)
      first = false
    }
  }

  async #rows(): Promise<readonly ProjectRow[]> {
    const { containers } = this.#engine.objects
    const known = this.#known.of(this.#engine.entry.id)
    const draw = (placeOf: (sources: Sources) => FilesPlace) =>
      projectRows(containers.rows.values(), {
        known,
        placeOf,
        hasDraft: (name) => Object.keys(this.#known.drafts(this.#engine.entry.id, name)).length > 0,
      })
    const asked: string[] = known.flatMap(({ files }) => files.slice(0, 1))
    const rows = draw((sources) => {
      const file = sources.files[0]
      if (file !== undefined) asked.push(file)
      return this.#placeOf(sources)
    })
    const unknown = asked.filter((file) => !this.#there.has(file))
    if (unknown.length === 0) return rows
    await Promise.all(unknown.map(async (file) => this.#there.set(file, await isFile(file))))
    return draw((sources) => this.#placeOf(sources))
  }

  #placeOf({ files }: Sources): FilesPlace {
    const file = files[0]
    if (file === undefined) return 'unknown'
    if (this.#there.get(file)) return 'here'
    return this.#engine.isLocal ? 'missing' : 'elsewhere'
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
