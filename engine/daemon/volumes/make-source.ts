/** The source of a bind, before a start. */
import { mkdir } from 'node:fs/promises'
import { EngineError } from '../../errors.ts'

/** The short form of a bind makes its source, as a directory. */
export async function makeSource(source: string): Promise<void> {
  try {
    await mkdir(source, { recursive: true, mode: 0o755 })
  } catch (error) {
    // A file, a socket or a device is there: that is what is bound.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new EngineError(
      'invalid',
      `error while creating mount source path '${source}': ${(error as Error).message}`,
      { cause: error },
    )
  }
}
