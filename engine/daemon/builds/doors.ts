/**
 * The ways in which builds are asked for, over one builder. What reads requests and speaks BuildKit's session is
 * loaded by the first of them: an engine that builds nothing has none of it in memory.
 */
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ImageBuildOptions } from '../../api/build.ts'
import type { BuildPruned } from '../../api/system.ts'
import { StatCache } from '../../context/stat-cache.ts'
import type { CachePrune } from './build-cache.ts'
import type { Builds } from './builds.ts'
import type { DockerBuildIo, DockerBuilds } from './docker-builds.ts'
import { OwnBuilds, type ShellOpener } from './own-builds.ts'
import type { ShellParts } from './remains.ts'
import { sweepAgentFolders } from './session/agent-folders.ts'
import { KeptFolders } from './session/kept-folders.ts'

/** What the doors stand on. */
export interface DoorsParts {
  readonly builds: Builds
  /** The engine's root: contexts and what is known of them are kept there. */
  readonly root: string
  /** The engine's state, whose path is short enough for sockets. */
  readonly state: string
  readonly rootless: boolean
  /** What makes a container of what a failed step left. */
  readonly shells: Omit<ShellParts, 'mounts'>
}

export interface BuildDoors {
  readonly docker: DockerDoor
  readonly own: OwnBuilds
}

/** Opens them; what builds of a killed engine left behind is gone then. */
export async function openBuildDoors({
  builds,
  root,
  state,
  rootless,
  shells,
}: DoorsParts): Promise<BuildDoors> {
  const folder = join(root, 'build-contexts')
  const scratch = join(folder, 'scratch')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const kept = new KeptFolders(join(folder, 'kept'))
  await kept.sweep()
  await sweepAgentFolders(state)
  const parts = { scratch, sockets: state, rootless, stats: new StatCache(join(folder, 'stats')) }
  const load = async () => {
    const { DockerBuilds } = await import('./docker-builds.ts')
    return new DockerBuilds(builds, parts, kept)
  }
  const shell: ShellOpener = async (build, step) => {
    const { shellInRemains } = await import('./remains.ts')
    return await shellInRemains({ ...shells, mounts: builds.cache.mounts }, build, step)
  }
  return { docker: new DockerDoor(builds, kept, load), own: new OwnBuilds(builds, parts, shell) }
}

/** Docker's API of building, from its first use on. */
export class DockerDoor {
  readonly #builds: Builds
  readonly #kept: KeptFolders
  readonly #load: () => Promise<DockerBuilds>
  #loading: Promise<DockerBuilds> | null = null
  #loaded: DockerBuilds | null = null

  constructor(builds: Builds, kept: KeptFolders, load: () => Promise<DockerBuilds>) {
    this.#builds = builds
    this.#kept = kept
    this.#load = load
  }

  /**
   * Removes what no build uses. Contexts that clients sent go when all of it is meant: they have no records that a
   * filter or a bound could choose by. Throws `invalid` for filters that are none.
   */
  async prune(wish: CachePrune): Promise<BuildPruned> {
    const pruned = await this.#builds.prune(wish)
    const { filters, limits } = wish
    const isBounded = limits !== undefined && Object.values(limits).some((bytes) => bytes !== 0)
    if (filters.size > 0 || isBounded) return pruned
    return { ...pruned, SpaceReclaimed: pruned.SpaceReclaimed + (await this.#kept.clear()) }
  }

  /** Docker's lines. Throws before the first for what cannot begin. */
  async *build(options: ImageBuildOptions, io: DockerBuildIo): AsyncGenerator<unknown, void, undefined> {
    yield* (await this.#get()).build(options, io)
  }

  /** Cancels the build that a client named so. */
  cancel(buildId: string): void {
    this.#loaded?.cancel(buildId)
  }

  /** A client that serves its files and secrets. */
  async session(headers: IncomingHttpHeaders, answered: () => Duplex): Promise<void> {
    const docker = await this.#get()
    docker.session(headers, answered)
  }

  close(): void {
    this.#loaded?.close()
  }

  async #get(): Promise<DockerBuilds> {
    this.#loading ??= this.#load()
    this.#loaded = await this.#loading
    return this.#loaded
  }
}
