/**
 * A root that was moved. What a boot knows of it (bundles, namespaces) lies in a folder named after its place, and a
 * moved engine looks in another: containers that still run from the old place must not be taken for dead.
 */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../errors.ts'
import { bridgeNetworks } from '../network/bridge-networks.ts'
import { ContainerRecords } from './records/containers.ts'
import { readMeta } from './records/meta.ts'

/** Where the engine is now. */
export interface Place {
  readonly paths: { readonly root: string; readonly state: string }
  readonly bootId: string
}

/**
 * Clears what an engine of this boot has left at a former place.
 * Throws `conflict` while containers run from there.
 */
export async function leaveFormerPlace(db: DatabaseSync, { paths, bootId }: Place): Promise<void> {
  const state = readMeta(db, 'state')
  const sameBoot = readMeta(db, 'boot-id') === bootId
  if (state === null || state === paths.state || !sameBoot || !existsSync(state)) return
  const running = new ContainerRecords(db)
    .all()
    .filter(({ standing: { life } }) => 'pid' in life && exists(life.pid))
  if (running.length > 0) {
    const names = running.map(({ name }) => name).join(', ')
    throw new EngineError(
      'conflict',
      `the data in ${paths.root} was moved here while containers run on it (${names}): move it back to ${readMeta(db, 'root')}, stop them there, and move it then`,
    )
  }
  const { link } = JSON.parse(readMeta(db, 'bridge') ?? '{"link":""}') as { link: string }
  await bridgeNetworks(join(state, 'netns'), link).recover([], [], false)
  await rm(state, { recursive: true, force: true })
}

function exists(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}
