/** Mount points that a command's root lacks: the runtime makes them, and they must not stay in the layer. */
import { lstat, readdir, rm, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { resolveInRoot } from '../../host/rooted-path.ts'

/**
 * Looks which of the targets are not in the root at `rootfs`. The answer, called after the command, removes those that
 * are there now and hold nothing, and their parents that were missing, too; a folder's time is as it was.
 */
export async function watchStubs(rootfs: string, targets: readonly string[]): Promise<() => Promise<void>> {
  const missing: string[] = []
  const times = new Map<string, { readonly atime: Date; readonly mtime: Date }>()
  for (const target of targets) {
    const path = await resolveInRoot(rootfs, target)
    for (let at = path; at !== rootfs && !missing.includes(at); at = dirname(at)) {
      const stats = await lstat(at).catch(() => null) // not there, or below a file
      if (stats) break
      missing.push(at)
      const above = await lstat(dirname(at)).catch(() => null)
      if (above) times.set(dirname(at), above)
    }
  }
  return async () => {
    // Deeper ones first: a parent may be empty then.
    for (const path of missing.sort((one, other) => other.length - one.length)) {
      // The command may have put a link in the way.
      if ((await resolveInRoot(rootfs, path.slice(rootfs.length))) !== path || !(await isEmpty(path)))
        continue
      const above = dirname(path)
      const now = times.get(above) ?? (await lstat(above))
      await rm(path, { recursive: true, force: true })
      await utimes(above, now.atime, now.mtime)
    }
  }
}

async function isEmpty(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null)
  if (!stats) return false
  if (stats.isDirectory()) return (await readdir(path)).length === 0
  return stats.isFile() && stats.size === 0
}
