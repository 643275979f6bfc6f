/** Results of builds that go to paths of the engine's host. */
import { createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TarReceiver } from '../../../builder/request.ts'
import { unpackContext } from '../../../context/tar-context.ts'
import { EngineError } from '../../../errors.ts'

/** Writes the tar as the file `path`, there only when it is whole. Throws `invalid` for a path that is not absolute. */
export function toFile(path: string): TarReceiver {
  mustBeAbsolute(path)
  return async (tar) => {
    const part = `${path}.part`
    try {
      await pipeline(Readable.from(tar, { objectMode: false }), createWriteStream(part))
      await rename(part, path)
    } catch (error) {
      await rm(part, { force: true })
      throw asOutputError(error, path)
    }
  }
}

/** Unpacks the tar into the folder `path`, over what is there. Throws `invalid` for a path that is not absolute. */
export function toFolder(path: string, rootless: boolean): TarReceiver {
  mustBeAbsolute(path)
  return async (tar) => {
    try {
      await mkdir(path, { recursive: true })
      // Beside it, so that what is whole is moved and never copied.
      const part = join(dirname(path), `.${path.split('/').at(-1)}.part`)
      await rm(part, { recursive: true, force: true })
      await unpackContext(tar, { folder: part, rootless })
      await merge(part, path)
      await rm(part, { recursive: true, force: true })
    } catch (error) {
      throw asOutputError(error, path)
    }
  }
}

/** Moves everything in `from` to `to`. Folders that both have are merged; no link on the way is followed. */
async function merge(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    const there = await lstat(target).catch(() => null)
    if (there?.isDirectory() && entry.isDirectory()) {
      await merge(source, target)
      continue
    }
    if (there) await rm(target, { recursive: true, force: true })
    await rename(source, target)
  }
}

function mustBeAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new EngineError('invalid', `the path of an output must be absolute: ${path}`)
}

function asOutputError(error: unknown, path: string): unknown {
  if (error instanceof EngineError) return error
  const why = (error as Error).message
  return new EngineError('unavailable', `the result could not be written to ${path}: ${why}`, {
    cause: error,
  })
}
