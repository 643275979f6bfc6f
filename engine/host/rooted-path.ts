/**
 * Paths inside a root filesystem that may be hostile: symlinks are followed as the container would see them, and
 * none leads out of the root.
 *
 * The calls are synchronous: each is a look into directories that the kernel has at hand, and a dozen of them through
 * the thread pool cost more than all the rest of finding a user.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'

/** As many as the kernel follows (path_resolution(7)). */
const MAX_SYMLINKS = 40

/**
 * The host path of `path` as seen from inside `root`. What does not exist stays as it is written, so the answer may
 * name a file to be made. Throws `invalid` on a loop of symlinks.
 */
export async function resolveInRoot(root: string, path: string): Promise<string> {
  return resolve(root, path)
}

function resolve(root: string, path: string): string {
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
    const target = linkTarget(join(root, ...done, part))
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

/** What a symlink says, or null for what is none. */
function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/**
 * Text of a regular file inside `root`, at most `limit` bytes of it; null when there is none.
 * A running container may exchange a directory for a symlink after the path was resolved; so the opened file's own
 * place is asked of the kernel, and a file outside throws `forbidden`.
 */
export async function readInRoot(root: string, path: string, limit = 1024 * 1024): Promise<string | null> {
  const resolved = resolve(root, path)
  if (!lstatSync(resolved, { throwIfNoEntry: false })?.isFile()) return null
  const file = openSync(resolved, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const real = placeOf(file)
    const realRoot = placeOfDirectory(root)
    if (real !== realRoot && !real.startsWith(realRoot === '/' ? '/' : `${realRoot}/`)) {
      throw new EngineError('forbidden', `${path} leads out of the container's root filesystem`)
    }
    const buffer = Buffer.alloc(Math.min(fstatSync(file).size, limit))
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0))
  } finally {
    closeSync(file)
  }
}

/** Where the kernel says that an open file is. */
function placeOf(file: number): string {
  return readlinkSync(`/proc/self/fd/${file}`)
}

function placeOfDirectory(path: string): string {
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return placeOf(directory)
  } finally {
    closeSync(directory)
  }
}
