/** The ways in which builds are asked for, over one builder. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { StatCache } from '../../context/stat-cache.ts'
import type { Builds } from './builds.ts'
import { DockerBuilds } from './docker-builds.ts'
import { OwnBuilds } from './own-builds.ts'
import { KeptFolders } from './session/kept-folders.ts'

/** What the doors stand on. */
export interface DoorsParts {
  readonly builds: Builds
  /** The engine's root: contexts and what is known of them are kept there. */
  readonly root: string
  /** The engine's state, whose path is short enough for sockets. */
  readonly state: string
  readonly rootless: boolean
}

export interface BuildDoors {
  readonly docker: DockerBuilds
  readonly own: OwnBuilds
}

/** Opens them; what builds of a killed engine left behind is gone then. */
export async function openBuildDoors({ builds, root, state, rootless }: DoorsParts): Promise<BuildDoors> {
  const folder = join(root, 'build-contexts')
  const scratch = join(folder, 'scratch')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const kept = new KeptFolders(join(folder, 'kept'))
  await kept.sweep()
  const parts = { scratch, sockets: state, rootless, stats: new StatCache(join(folder, 'stats')) }
  return { docker: new DockerBuilds(builds, parts, kept), own: new OwnBuilds(builds, parts) }
}
