/** The status bar's figures of one engine, from its lists. */
import { statfs } from 'node:fs/promises'
import type { EngineSummary } from '../../contract/engines.ts'
import type { Engine } from './engine.ts'

/** Counts what is in the lists; of the disk, only where the engine's root is on this machine. */
export async function summarize(engine: Engine): Promise<EngineSummary> {
  const { containers, images, volumes } = engine.objects
  let running = 0
  for (const row of containers.rows.values()) if (row.state.kind === 'running') running += 1
  return {
    running,
    containers: containers.rows.size,
    images: images.rows.size,
    volumes: volumes.rows.size,
    cpuPercent: null,
    memoryUsedBytes: null,
    diskFreeBytes: await freeBytes(engine),
  }
}

async function freeBytes(engine: Engine): Promise<number | null> {
  const root = engine.isLocal ? engine.view.facts?.rootDirectory : undefined
  if (!root) return null
  try {
    const figures = await statfs(root)
    return figures.bavail * figures.bsize
  } catch {
    return null // not readable by this user
  }
}
