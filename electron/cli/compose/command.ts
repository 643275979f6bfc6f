/** A command of `longshore compose`, and a call of one: its flags, and the project and engine that it is about. */
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { connectEngine, type EngineClient } from '../../../engine/client/client.ts'
import { parseEndpoint } from '../../../engine/client/endpoint.ts'
import { printFault } from '../../../engine/compose/load/fault.ts'
import { findComposeFiles } from '../../../engine/compose/load/find.ts'
import { type Loaded, loadProject } from '../../../engine/compose/load/load.ts'
import type { Project } from '../../../engine/compose/load/project.ts'
import { observe, observeContainers } from '../../../engine/compose/observe.ts'
import type { Observed, ObservedContainer } from '../../../engine/compose/plan/observed.ts'
import { EngineError } from '../../../engine/errors.ts'
import type { Flags, FlagTable } from './flags.ts'
import type { ProjectOptions } from './options.ts'

/** One command, a file each or a few that are alike. */
export interface Command {
  /** Its line in the list of commands. */
  readonly summary: string
  /** What follows its name: `[-t SECONDS] [SERVICE...]`. */
  readonly usage: string
  readonly flags: FlagTable
  /** Flags after the first name belong to the program that is run. */
  readonly leading?: boolean
  /** Resolves to the exit code. */
  run(call: Call): Promise<number>
}

/** A call: reads files and connects only when a command asks. */
export class Call {
  readonly options: ProjectOptions
  readonly flags: Flags
  readonly #socket: string
  #loaded: Promise<Loaded> | undefined
  #client: Promise<EngineClient> | undefined

  constructor(options: ProjectOptions, flags: Flags, socket: string) {
    this.options = options
    this.flags = flags
    this.#socket = socket
  }

  /** The services that were named. */
  get names(): readonly string[] {
    return this.flags.names
  }

  /** The project of the files. Warnings are printed once. Throws LoadError. */
  loaded(): Promise<Loaded> {
    this.#loaded ??= load(this.options, false)
    return this.#loaded
  }

  /** The project with its variables as they are written. */
  literal(): Promise<Loaded> {
    return load(this.options, true)
  }

  /**
   * The project's name, with its files when there are any. Whoever names a project by -p may stand anywhere: its
   * containers say the rest.
   */
  async known(): Promise<{ readonly name: string; readonly project: Project | undefined }> {
    const name = this.options.name ?? process.env.COMPOSE_PROJECT_NAME
    if (name && this.options.files.length === 0) {
      const files = await findComposeFiles(this.options.directory ?? process.cwd(), readText)
      if (files.length === 0) return { name, project: undefined }
    }
    const { project } = await this.loaded()
    return { name: project.name, project }
  }

  client(): Promise<EngineClient> {
    this.#client ??= connectEngine(
      parseEndpoint(this.options.host ?? process.env.DOCKER_HOST ?? `unix://${this.#socket}`),
    )
    return this.#client
  }

  /** Every container of the project. */
  async containers(): Promise<readonly ObservedContainer[]> {
    const [client, { name }] = await Promise.all([this.client(), this.known()])
    return observeContainers(client, name)
  }

  async observed(project: Project): Promise<Observed> {
    return observe(await this.client(), project, 'shared')
  }
}

/** A project of which only the name is known. */
export function bareProject(name: string): Project {
  return {
    ...{ name, directory: '', files: [], services: {}, disabled: {}, networks: {}, volumes: {} },
    ...{ configs: {}, secrets: {}, models: {}, extensions: {} },
  }
}

async function load(options: ProjectOptions, literal: boolean): Promise<Loaded> {
  const loaded = await loadProject({
    cwd: process.cwd(),
    home: os.homedir(),
    files: options.files,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.directory === undefined ? {} : { directory: options.directory }),
    ...(options.profiles.length > 0 ? { profiles: options.profiles } : {}),
    envFiles: options.envFiles,
    environment: process.env,
    literal,
    read: readText,
  })
  for (const warning of loaded.warnings) console.error(`warning: ${printFault(warning)}`)
  return loaded
}

/** A file that is not there is no error here: the loader knows which ones must be. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new EngineError('invalid', `cannot read ${file}: ${(error as Error).message}`, { cause: error })
  }
}
