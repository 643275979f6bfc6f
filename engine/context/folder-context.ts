/** A folder of the host for the builder to take files of. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { EngineError } from '../errors.ts'
import { type ContextFolder, openFolder } from './folder.ts'
import { FolderStats, type StatCache } from './stat-cache.ts'

/** A Dockerfile or an ignore file of more than this is none. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** The builder's `ContextProvider` is this shape. */
export interface FolderContext {
  read(path: string): Promise<Buffer | null>
  open(filter: { readonly ignore: readonly string[] }): Promise<ContextFolder>
  close(): Promise<void>
}

/**
 * `folder` read in place. Everything counts as root's, as if a client had sent it; `kept` keeps owners (an archive
 * that was unpacked). Throws `not-found` or `invalid` when it is no folder, `forbidden` for one of another user's.
 */
export async function folderContext(
  folder: string,
  options: { readonly stats: StatCache | null; readonly owners?: 'kept' | 'root' },
): Promise<FolderContext> {
  const root = await realpath(folder).catch((cause: unknown) => {
    if (['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      throw new EngineError('forbidden', `the engine may not read the build context ${folder}`, { cause })
    throw new EngineError('not-found', `the build context ${folder} does not exist`, { cause })
  })
  if (!(await stat(root)).isDirectory())
    throw new EngineError('invalid', `the build context must be a directory: ${folder} is a file`)
  const owners = options.owners ?? 'root'
  let stats: FolderStats | null = null
  return {
    read: (path) => readInside(root, path),
    open: async ({ ignore }) => {
      stats ??= (await options.stats?.open(root, owners)) ?? new FolderStats(null)
      return openFolder(root, { ignore, owners, stats })
    },
    close: async () => {
      await stats?.save()
    },
  }
}

/** A file below `root`, through links that stay inside of it; null when there is none. Throws `forbidden` for others. */
async function readInside(root: string, path: string): Promise<Buffer | null> {
  let place: string
  try {
    place = await realpath(join(root, path))
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return null
    throw cause
  }
  if (!place.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new EngineError('forbidden', `${path} leads out of the build context ${root}`)
  const found = await stat(place)
  if (!found.isFile()) throw new EngineError('invalid', `${path} of the build context is not a file`)
  if (found.size > MAX_TEXT_BYTES)
    throw new EngineError('invalid', `${path} of the build context is too large (${found.size} bytes)`)
  return await readFile(place)
}
