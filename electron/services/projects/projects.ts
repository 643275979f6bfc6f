/** What a person does with projects. */
import path from 'node:path'
import { LoadError } from '../../../engine/compose/load/fault.ts'
import { observe } from '../../../engine/compose/observe.ts'
import type { ContainerRow } from '../../contract/containers.ts'
import type { Done, ListMessage } from '../../contract/live.ts'
import type {
  Diagnosis,
  Intent,
  PlanAnswer,
  ProjectFiles,
  ProjectMap,
  ProjectRow,
} from '../../contract/projects.ts'
import type { Engine } from '../engines/engine.ts'
import type { Engines } from '../engines/engines.ts'
import { explained, ServiceError } from '../failure.ts'
import { Subject } from '../live/subject.ts'
import type { CommandLog } from '../settings/command-log.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { type Act, actOn } from './acts.ts'
import { composeLine, composeWords, intentWords } from './command.ts'
import { deploy, stepsOf } from './deploy.ts'
import { composeOfContainers, type Taken } from './from-containers.ts'
import { dependenciesOf, projectOfLabels } from './from-labels.ts'
import { hashOf, KnownProjects } from './known.ts'
import { ProjectList } from './list.ts'
import { diagnose, loadNamed, type NamedProject, type ProjectSource, problemsOf } from './load.ts'
import { findProject, makeProject } from './make.ts'
import { mapOfContainers, mapOfProject } from './map.ts'
import { type Planned, planFor } from './plan.ts'
import { FolderWatch, readFiles, readText, writeText } from './texts.ts'

/** Texts by absolute path, in place of what is on disk. */
type Texts = Readonly<Record<string, string>>

/** What projects need of the services' own settings. */
interface ProjectsOptions {
  readonly stateDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Files that change together are read once. */
const GATHER_MS = 50

export class Projects {
  readonly #engines: Engines
  readonly #tasks: Tasks
  readonly #log: CommandLog
  readonly #known: KnownProjects
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #lists = new Map<string, ProjectList>()
  /** Grows with each change of a file or a draft. */
  readonly #changes = new Subject(0)

  constructor(engines: Engines, tasks: Tasks, log: CommandLog, options: ProjectsOptions) {
    this.#engines = engines
    this.#tasks = tasks
    this.#log = log
    this.#known = new KnownProjects(options.stateDirectory)
    this.#environment = options.environment
  }

  watch(
    engineId: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ListMessage<ProjectRow>, void, undefined> {
    return this.#list(engineId).watch(signal)
  }

  /** The files with their drafts, now and after each change. */
  async *watchFiles(
    engineId: string,
    name: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ProjectFiles, void, undefined> {
    const folders = new FolderWatch(() => this.#changed())
    let told = ''
    try {
      for await (const _ of this.#changes.watch(signal, GATHER_MS)) {
        const row = await this.row(engineId, name)
        folders.follow([...row.files, `${row.directory ?? '/'}/.env`])
        const files = await readFiles(row, this.#known.drafts(engineId, name))
        const text = JSON.stringify(files)
        if (text !== told) yield files
        told = text
      }
    } finally {
      folders.close()
    }
  }

  async saveDraft(
    engineId: string,
    name: string,
    texts: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const row = await this.row(engineId, name)
    refuseStrangers(row, Object.keys(texts))
    const before = this.#known.drafts(engineId, name)
    const changes = await Promise.all(
      Object.entries(texts).map(async ([file, text]) => {
        if (text === null) return [file, null] as const
        const onDisk = (await readText(file)) ?? null
        if (text === onDisk) return [file, null] as const
        // What a draft was begun over stays: that is how one learns that the file went on without it.
        const over = before[file] ? before[file].over : hashOf(onDisk)
        return [file, { text, over, at: new Date().toISOString() }] as const
      }),
    )
    await this.#known.draft(engineId, row.name, Object.fromEntries(changes))
    await this.#refresh(engineId)
  }

  async diagnose(engineId: string, name: string, texts: Texts): Promise<Diagnosis> {
    return diagnose(await this.source(engineId, name, texts))
  }

  /** The plan, or what is wrong with the files. */
  async plan(engineId: string, name: string, texts: Texts, intent: Intent): Promise<PlanAnswer> {
    return explained(`plan ${name}`, async () => {
      try {
        return { kind: 'plan', plan: (await this.#planned(engineId, name, texts, intent)).view }
      } catch (error) {
        if (error instanceof LoadError) return { kind: 'problems', problems: problemsOf(error) }
        throw error
      }
    })
  }

  /** Writes the texts and begins the plan that was reviewed. Throws `conflict` when it would be another one now. */
  async apply(
    engineId: string,
    name: string,
    texts: Texts,
    intent: Intent,
    fingerprint: string,
  ): Promise<Done & { readonly task: string }> {
    const { client } = this.#engines.get(engineId)
    const planned = await explained(`plan ${name}`, () => this.#planned(engineId, name, texts, intent))
    const { command } = planned.view
    if (planned.view.fingerprint !== fingerprint) {
      throw new ServiceError('conflict', 'The engine or the files changed since this plan was made.', {
        remedy: 'Look at the new plan and apply that.',
      })
    }
    const row = await this.row(engineId, name)
    for (const [file, text] of Object.entries(texts)) {
      if ((await readText(file)) !== text) await writeText(file, text)
    }
    await this.#known.draft(
      engineId,
      name,
      Object.fromEntries(Object.keys(texts).map((file) => [file, null])),
    )
    // It stays on the list when nothing of it is left on the engine.
    if (row.place === 'here') await this.#known.add(engineId, row)
    await this.#refresh(engineId)
    const title = intent.kind === 'up' ? `Up ${name}` : `Down ${name}`
    const spec = { engine: engineId, title, command, detail: stepsOf(name, planned) }
    const { id } = this.#tasks.start(spec, (handle) =>
      this.#log.note(engineId, command, () =>
        explained(intent.kind === 'up' ? `bring ${name} up` : `take ${name} down`, async () => {
          await deploy(client, name, planned, this.#environment, handle)
          await this.#refresh(engineId)
          return intent.kind === 'up' ? `${name} is up` : `${name} is down`
        }),
      ),
    )
    return { command, warnings: planned.view.warnings, task: id }
  }

  async act(engineId: string, name: string, service: string | null, act: Act): Promise<Done> {
    const engine = this.#engines.get(engineId)
    const row = await this.row(engineId, name)
    const command = composeLine(composeWords(row, endpointOf(engine), null), [
      act,
      ...(service === null ? [] : [service]),
    ])
    await this.#log.note(engineId, command, () =>
      explained(`${act} ${service ?? name}`, () =>
        actOn(engine.client, this.#containers(engine, name), service, act),
      ),
    )
    return { command, warnings: [] }
  }

  /** By the files where they load, else by what runs. */
  async map(engineId: string, name: string): Promise<ProjectMap> {
    const engine = this.#engines.get(engineId)
    try {
      return mapOfProject((await loadNamed(await this.source(engineId, name, {}))).project)
    } catch (error) {
      if (!(error instanceof LoadError) && !(error instanceof ServiceError)) throw error
    }
    const rows = this.#containers(engine, name)
    return explained(`read ${name}`, async () => {
      const { containers } = await observe(engine.client, projectOfLabels(name, rows), 'apart')
      return mapOfContainers(name, containers, dependenciesOf(rows))
    })
  }

  async open(engineId: string, typed: string): Promise<{ readonly name: string }> {
    const found = await findProject(typed, this.#environment)
    await this.#known.add(engineId, found)
    await this.#refresh(engineId)
    return { name: found.name }
  }

  async create(
    engineId: string,
    name: string,
    directory: string,
    texts: { readonly compose: string; readonly env: string | null },
  ): Promise<{ readonly name: string }> {
    const made = await makeProject(name, directory, texts)
    await this.#known.add(engineId, made)
    await this.#refresh(engineId)
    return { name: made.name }
  }

  async fromContainers(
    engineId: string,
    ids: readonly string[],
  ): Promise<{ readonly compose: string; readonly notes: readonly string[] }> {
    const { client } = this.#engines.get(engineId)
    return explained('read the containers', async () => {
      const taken = await Promise.all(
        ids.map(async (id) => {
          const inspect = await client.containers.inspect(id)
          const image = await client.images.inspect(inspect.Image).catch(() => null)
          // The client names what the application reads; the answers are Docker's, whole.
          return { inspect, image: image?.Config ?? {} } as unknown as Taken
        }),
      )
      return composeOfContainers(taken)
    })
  }

  async forget(engineId: string, name: string): Promise<void> {
    await this.#known.forget(engineId, name)
    await this.#refresh(engineId)
  }

  /** Throws `not-found` when there is no project of that name. */
  async row(engineId: string, name: string): Promise<ProjectRow> {
    const row = await this.#list(engineId).row(name)
    if (row) return row
    throw new ServiceError('not-found', `There is no project ${name} on this engine.`, {
      remedy: 'Open its compose file to make it known again.',
    })
  }

  /** What a project is loaded from. Throws `not-found` when its files are not on this machine. */
  async source(engineId: string, name: string, texts: Texts): Promise<ProjectSource> {
    const row = await this.row(engineId, name)
    refuseStrangers(row, Object.keys(texts))
    const drafted = row.files.some((file) => texts[file] !== undefined)
    if (row.place !== 'here' && !drafted) {
      throw new ServiceError('not-found', `The files of ${name} are not on this machine.`, {
        remedy: 'Open its compose file where you have it.',
      })
    }
    return { row, texts, environment: this.#environment }
  }

  close(): void {
    for (const list of this.#lists.values()) list.close()
  }

  async #planned(engineId: string, name: string, texts: Texts, intent: Intent): Promise<Planned> {
    const engine = this.#engines.get(engineId)
    const { client } = engine
    const row = await this.row(engineId, name)
    refuseStrangers(row, Object.keys(texts))
    const loaded = await this.#loaded(engine, row, texts, intent)
    const words = composeWords(row, endpointOf(engine), loaded.ownName)
    const disk = engine.isLocal ? 'shared' : 'apart'
    return planFor(client, loaded, intent, disk, composeLine(words, intentWords(intent)))
  }

  /** What is to go may be known by its labels alone. */
  async #loaded(engine: Engine, row: ProjectRow, texts: Texts, intent: Intent): Promise<NamedProject> {
    if (intent.kind === 'up' || row.place === 'here') {
      return loadNamed(await this.source(engine.entry.id, row.name, texts))
    }
    const project = projectOfLabels(row.name, this.#containers(engine, row.name))
    return { project, warnings: [], sources: [], ownName: '' }
  }

  #containers(engine: Engine, name: string): readonly ContainerRow[] {
    return [...engine.objects.containers.rows.values()].filter((row) => row.project === name)
  }

  #list(engineId: string): ProjectList {
    const found = this.#lists.get(engineId)
    if (found) return found
    const made = new ProjectList(this.#engines.get(engineId), this.#known)
    this.#lists.set(engineId, made)
    return made
  }

  async #refresh(engineId: string): Promise<void> {
    await this.#list(engineId).refresh()
    this.#changed()
  }

  #changed(): void {
    this.#changes.set(this.#changes.value + 1)
  }
}

/** The address for -H; null for the embedded engine, which is the default. */
function endpointOf({ entry }: Engine): string | null {
  return entry.kind === 'embedded' ? null : entry.endpoint
}

/** A page may have a project's own files read and written, and no others. Throws `forbidden`. */
function refuseStrangers(row: ProjectRow, files: readonly string[]): void {
  const own = new Set([...row.files, path.join(row.directory ?? '/', '.env')])
  const stranger = files.find((file) => !own.has(file))
  if (stranger !== undefined) {
    throw new ServiceError('forbidden', `${stranger} is not a file of the project ${row.name}.`)
  }
}
