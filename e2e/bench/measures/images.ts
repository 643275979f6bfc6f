/** Bringing a large image in: from an archive, and from a registry. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pushImage } from '../../fixtures/oci.ts'
import { freshFolder } from '../../fixtures/paths.ts'
import { mustRun } from '../../fixtures/processes.ts'
import { type Registry, startRegistry } from '../../fixtures/registry.ts'
import { bigImage, LOADED, writeArchive } from '../big-image.ts'
import type { Contender } from '../contender.ts'
import { type Measure, timedCli } from './measure.ts'

const PULLED = 'bench-pulled'
/** ext4 passes by what was deleted within the last 5 s, inode by inode: a file takes ten times as long to make. */
const CALM_MS = 7_000

/** The image's archive and a registry that has it: made once, for whoever asks first. */
let shelf: Promise<{
  readonly archive: string
  readonly registry: Registry
  readonly folder: string
}> | null = null

async function stocked() {
  shelf ??= (async () => {
    const folder = freshFolder('bench')
    const archive = path.join(folder, 'image.tar')
    const registry = await startRegistry()
    const big = bigImage()
    writeArchive(archive, big)
    await pushImage(registry.host, PULLED, '1', big.image)
    return { archive, registry, folder }
  })()
  return shelf
}

/** Ends the registry and removes the archive, if there are any. */
export async function clearShelf(): Promise<void> {
  const stock = await shelf?.catch(() => null)
  await stock?.registry.stop()
  if (stock) rmSync(stock.folder, { recursive: true, force: true })
  shelf = null
}

async function removed(on: Contender, name: string): Promise<void> {
  await on.client.delete(`/images/${name}?force=1`)
  // What one has left unwritten or undeleted must not be done on the next one's time.
  await sleep(CALM_MS)
  await mustRun('sync', [])
}

const load: Measure = {
  name: 'docker load of 10 layers, 400 MB',
  target: 0.65,
  most: 3,
  heavy: true,
  async once(on) {
    const { archive } = await stocked()
    await mustRun('sync', [])
    const took = await timedCli(on, ['load', '-q', '-i', archive])
    await removed(on, LOADED)
    return took
  },
}

const pull: Measure = {
  name: 'docker pull of 10 layers, 400 MB, loopback',
  target: 0.65,
  most: 3,
  heavy: true,
  async once(on) {
    const { registry } = await stocked()
    const name = `${registry.host}/${PULLED}:1`
    await mustRun('sync', [])
    const took = await timedCli(on, ['pull', '-q', name])
    await removed(on, name)
    return took
  },
}

export const IMAGES: readonly Measure[] = [load, pull]
