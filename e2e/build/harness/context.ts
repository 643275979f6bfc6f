/** Makes the folder that a build reads. */
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { freshFolder } from '../../fixtures/paths.ts'
import { mustRun } from '../../fixtures/processes.ts'
import type { FileSpec, Files } from './spec.ts'

/** A context on disk, and a folder beside it for what a build writes. */
export interface Context {
  readonly path: string
  readonly beside: string
  /** Adds files, or puts others in their place. */
  put(files: Files): Promise<void>
  remove(): void
}

/** Times of files are this unless told (2023-11-14 22:13:20 UTC), so that two contexts are the same. */
export const CONTEXT_TIME = 1_700_000_000

/** A new folder with these files. */
export async function makeContext(files: Files): Promise<Context> {
  const folder = freshFolder('ctx')
  const context = {
    path: path.join(folder, 'context'),
    beside: path.join(folder, 'beside'),
    put: async (more: Files) => {
      for (const [name, spec] of Object.entries(more)) await place(context.path, name, spec)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  mkdirSync(context.path)
  mkdirSync(context.beside)
  await context.put(files)
  return context
}

async function place(root: string, name: string, spec: FileSpec): Promise<void> {
  const at = path.join(root, name)
  mkdirSync(path.dirname(at), { recursive: true })
  if (typeof spec === 'string' || spec instanceof Uint8Array) {
    return place(root, name, { kind: 'file', content: spec })
  }
  switch (spec.kind) {
    case 'folder':
      mkdirSync(at, { recursive: true })
      chmodSync(at, spec.mode ?? 0o755)
      return
    case 'symlink':
      rmSync(at, { force: true })
      symlinkSync(spec.target, at)
      return
    case 'hardlink':
      linkSync(path.join(root, spec.target), at)
      return
    case 'file': {
      writeFileSync(at, spec.content)
      if (spec.uid !== undefined || spec.gid !== undefined) chownSync(at, spec.uid ?? 0, spec.gid ?? 0)
      chmodSync(at, spec.mode ?? 0o644)
      for (const [key, value] of Object.entries(spec.xattrs ?? {})) {
        const set = 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())'
        await mustRun('python3', ['-c', set, at, key, value])
      }
      const time = spec.mtime ?? CONTEXT_TIME
      utimesSync(at, time, time)
    }
  }
}
