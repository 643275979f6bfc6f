/** Files of a build's result written to a folder of whoever asked for them. */
import { createWriteStream } from 'node:fs'
import { chmod, link, lstat, lutimes, mkdir, rm, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { displayName } from '../../../engine/archive/entry.ts'
import { readTar } from '../../../engine/archive/read.ts'
import { normalParts } from '../../../engine/archive/tree.ts'

/**
 * Unpacks a tar into `folder`, beside what is there already; a file of the same name is replaced. Everything is the
 * caller's own; modes and times are the archive's. Never writes through a link. Devices and sockets are left out, and
 * given as their paths. Throws `invalid` for a name that leaves the folder.
 */
export async function unpackInto(folder: string, tar: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const left: string[] = []
  const folders: { readonly at: string; readonly mode: number; readonly mtime: number }[] = []
  await mkdir(folder, { recursive: true })
  for await (const { header, body } of readTar(tar)) {
    const parts = normalParts(header.path, header.path).map(displayName)
    const at = path.join(folder, ...parts)
    if (parts.length === 0) continue
    await makeFolders(folder, parts.slice(0, -1))
    switch (header.kind) {
      case 'directory':
        await makeFolders(folder, parts)
        folders.push({ at, mode: header.mode, mtime: header.mtime })
        break
      case 'file':
        await rm(at, { recursive: true, force: true })
        await pipeline(body, createWriteStream(at, { mode: 0o600, flags: 'wx' }))
        await chmod(at, header.mode & 0o7777)
        await utimes(at, header.mtime, header.mtime)
        break
      case 'symlink':
        await rm(at, { recursive: true, force: true })
        await symlink(displayName(header.link), at)
        await lutimes(at, header.mtime, header.mtime)
        break
      case 'hardlink': {
        const target = normalParts(header.link, header.path).map(displayName)
        await makeFolders(folder, target.slice(0, -1))
        await rm(at, { recursive: true, force: true })
        await link(path.join(folder, ...target), at)
        break
      }
      default:
        left.push(parts.join('/'))
    }
  }
  // A folder without write permission, or with a time of its own, is so only when all of it is there.
  for (const { at, mode, mtime } of folders.toReversed()) {
    await chmod(at, mode & 0o7777)
    await utimes(at, mtime, mtime)
  }
  return left
}

/** Folders below `folder`; what is something else, a link too, gives way. */
async function makeFolders(folder: string, parts: readonly string[]): Promise<void> {
  let at = folder
  for (const part of parts) {
    at = path.join(at, part)
    const there = await lstat(at).catch(() => null)
    if (there?.isDirectory()) continue
    if (there !== null) await rm(at, { force: true })
    await mkdir(at)
  }
}
