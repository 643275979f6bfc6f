/**
 * Paths inside a root filesystem that may be hostile: symlinks are followed as the container would see them, and
 * none leads out of the root.
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'

/** As many as the kernel follows (path_resolution(7)). */
const MAX_SYMLINKS = 40

/**
 * The host path of `path` as seen from inside `root`. What does not exist stays as it is written, so the answer may
 * name a file to be made. Throws `invalid` on a loop of symlinks.
 */
export async function resolveInRoot(root: string, path: string): Promise<string> {
  let pending = path.split('/').filter((part) => part !== '' && part !== '.')
  const done: string[] = []
  let followed = 0
  while (pending.length > 0) {
    const [part, ...rest] = pending as [string, ...string[]]
    pending = rest
    if (part === '..') {
      done.pop() // at the root, `..` is the root
      continue
    }
    const target = await readlink(join(root, ...done, part)).catch(() => null)
    if (target === null) {
      done.push(part)
      continue
    }
    if (++followed > MAX_SYMLINKS) {
      throw new EngineError('invalid', `${path} in ${root} runs into a loop of symbolic links`)
    }
    if (target.startsWith('/')) done.length = 0
    pending = [...target.split('/').filter((piece) => piece !== '' && piece !== '.'), ...rest]
  }
  return join(root, ...done)
}

/**
 * Opens a regular file inside `root` for reading, or answers null when there is none.
 * A running container may exchange a directory for a symlink after the path was resolved; so the opened file's own
 * place is asked of the kernel, and a file outside throws `forbidden`.
 */
export async function openInRoot(root: string, path: string): Promise<FileHandle | null> {
  const resolved = await resolveInRoot(root, path)
  const stat = await lstat(resolved).catch(() => null)
  if (!stat?.isFile()) return null
  const file = await open(resolved, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const [real, realRoot] = await Promise.all([
    readlink(`/proc/self/fd/${file.fd}`),
    open(root, constants.O_RDONLY | constants.O_DIRECTORY).then(async (directory) => {
      const at = await readlink(`/proc/self/fd/${directory.fd}`)
      await directory.close()
      return at
    }),
  ])
  if (real !== realRoot && !real.startsWith(realRoot === '/' ? '/' : `${realRoot}/`)) {
    await file.close()
    throw new EngineError('forbidden', `${path} leads out of the container's root filesystem`)
  }
  return file
}

/** Text of a file inside `root`, at most `limit` bytes of it; null when there is none. */
export async function readInRoot(root: string, path: string, limit = 1024 * 1024): Promise<string | null> {
  const file = await openInRoot(root, path)
  if (!file) return null
  try {
    const size = Math.min((await file.stat()).size, limit)
    const buffer = Buffer.alloc(size)
    const { bytesRead } = await file.read(buffer, 0, size, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
