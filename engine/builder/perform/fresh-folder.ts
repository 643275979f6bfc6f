/** Folders for what comes from elsewhere, in the build's own; and such a folder as the files of a step. */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../context/folder.ts'
import { FolderStats } from '../../context/stat-cache.ts'
import type { Performed } from '../solve/performer.ts'

/** A new, empty one; it goes with `scratch`. */
export function freshFolder(scratch: string, kind: 'git' | 'http'): Promise<string> {
  return mkdtemp(join(scratch, `${kind}-`))
}

/** All that is in it, as root's. */
export function asFiles(path: string): Performed {
  const folder = openFolder(path, { ignore: [], owners: 'root', stats: new FolderStats(null) })
  return { value: { kind: 'folder', folder }, addedBytes: 0 }
}
