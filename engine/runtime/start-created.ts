/** Starting what was created: with crun it takes no program. */
import { constants } from 'node:fs'
import { open, readFile, unlink } from 'node:fs/promises'
import { EngineError } from '../errors.ts'
import { isAlive } from '../host/process.ts'
import type { BundlePaths, BundleRecord } from './bundle.ts'

/** crun's created process waits for a byte on a FIFO, which the first writer removes. Throws `conflict` when it does not. */
export async function startByFifo(id: string, record: BundleRecord, fifo: string): Promise<void> {
  try {
    const file = await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      await unlink(fifo)
      await file.write('\0')
    } finally {
      await file.close()
    }
  } catch (cause) {
    const why = isAlive(record.process) ? 'it is started already' : 'its process is gone'
    throw new EngineError('conflict', `cannot start container ${id}: ${why}`, { cause })
  }
}

/** The command that a bundle's spec says. */
export async function commandOf(paths: BundlePaths): Promise<readonly string[]> {
  const text = await readFile(paths.config, 'utf8')
  return (JSON.parse(text) as { process: { args: string[] } }).process.args
}
