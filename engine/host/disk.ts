/**
 * Every operation by which the engine changes the content it keeps (blobs, layers, writable roots, volumes), in one
 * place: what is durable when is decided by their order alone, and a test records that order and replays each crash
 * that it allows. Nothing here is durable until the `sync...` that covers it has resolved.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { run } from './exec.ts'

/** A file being written, and read while it is. */
export interface OpenFile {
  /** Writes these pieces, all of them, one after the other from `at` on. At most 1024 (IOV_MAX). */
  write(pieces: readonly Uint8Array[], at: number): Promise<void>
  /** Bytes from `at` into `buffer`; answers how many. */
  read(buffer: Uint8Array, at: number): Promise<number>
  /** Makes its bytes durable. Its name needs `syncFolder`. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What changes a disk. Errors are those of node:fs, with their codes. */
export interface Disk {
  /** Makes a folder and its missing parents, and all their names durable. Synchronous: for a start, before anything is served. */
  ensureFolder(path: string, mode: number): void
  /** Makes a folder and its missing parents; answers whether any was missing. */
  mkdir(path: string, mode: number): Promise<boolean>
  /** A new file; fails with EEXIST when there is one. */
  create(path: string, mode: number): Promise<OpenFile>
  writeFile(path: string, content: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(from: string, to: string): Promise<void>
  symlink(target: string, path: string): Promise<void>
  /** Removes a file; well if it is not there. */
  unlink(path: string): Promise<void>
  /** Removes a file or a folder with all that is in it; well if it is not there. */
  removeTree(path: string): Promise<void>
  /** Makes the names in a folder durable (fsync(2)). */
  syncFolder(path: string): Promise<void>
  /** Makes everything on the file system of `path` durable, what other programs wrote included (syncfs(2)). */
  syncFileSystem(path: string): Promise<void>
}

/** The disk of this machine. */
export const realDisk: Disk = {
  ensureFolder(path, mode) {
    const first = mkdirSync(path, { recursive: true, mode })
    if (first === undefined) return
    // The new folder's name stands in its parent, and so on up to the one that was there before.
    for (let at = path; ; at = dirname(at)) {
      syncNow(dirname(at))
      if (at === first || at === dirname(at)) return
    }
  },
  mkdir: async (path, mode) => (await mkdir(path, { recursive: true, mode })) !== undefined,
  async create(path, mode) {
    const file = await open(path, 'wx+', mode)
    return {
      write: (pieces, at) => writeWhole(file, pieces, at),
      read: async (buffer, at) => (await file.read(buffer, 0, buffer.length, at)).bytesRead,
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
  writeFile: (path, content) => writeFile(path, content),
  rename: (from, to) => rename(from, to),
  link: (from, to) => link(from, to),
  symlink: (target, path) => symlink(target, path),
  unlink: (path) => rm(path, { force: true }),
  removeTree: (path) => rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
  async syncFileSystem(path) {
    await run('sync', ['-f', path])
  },
}

/** A disk that is nearly full takes a part and says nothing: the rest must be asked for to learn why. */
async function writeWhole(file: FileHandle, pieces: readonly Uint8Array[], at: number): Promise<void> {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  let { bytesWritten: done } = await file.writev([...pieces], at)
  if (done === size) return
  const rest = Buffer.concat(pieces)
  while (done < size) done += (await file.write(rest, done, size - done, at + done)).bytesWritten
}

function syncNow(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
