/** Digests of single files: content, mode and owner, and no times. */
import { createHash, hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Look } from '../host/folder-looks.ts'
import type { ContentDigest, FolderStats } from './stat-cache.ts'
import { unreadable } from './unreadable.ts'

/** Files up to this size are read in one go, without the thread pool, which costs more than the reading. */
const SMALL_BYTES = 128 * 1024
const CHUNK_BYTES = 1024 * 1024
/** A file that was exchanged for a link or a pipe must not be followed or waited for. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** What a file is, by its mode. */
export function kindOf({ mode }: Look): 'file' | 'folder' | 'link' | 'socket' | 'device' {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file'
    case constants.S_IFDIR:
      return 'folder'
    case constants.S_IFLNK:
      return 'link'
    case constants.S_IFSOCK:
      return 'socket'
    default:
      return 'device'
  }
}

export class FileDigests {
  readonly #root: string
  readonly #owners: 'kept' | 'root'
  readonly #stats: FolderStats
  readonly #buffer = Buffer.allocUnsafe(SMALL_BYTES + 1)

  constructor(root: string, owners: 'kept' | 'root', stats: FolderStats) {
    this.#root = root
    this.#owners = owners
    this.#stats = stats
  }

  /** Of a file, link or device that looks so. */
  of(path: string, look: Look): ContentDigest | Promise<ContentDigest> {
    const known = this.#stats.get(path, look)
    if (known) return known
    const readAt = Date.now()
    if (kindOf(look) === 'file') return this.#small(path, look, readAt) ?? this.#large(path, look, readAt)
    const what = kindOf(look) === 'link' ? `link\0${readlinkSync(`${this.#root}/${path}`)}` : 'device'
    const digest = sha256(`${this.header(what, look)}${look.rdev}`)
    this.#stats.set(path, look, readAt, digest)
    return digest
  }

  /** What of a file or folder counts beside its content. */
  header(kind: string, look: Look): string {
    const owner = this.#owners === 'root' ? '0:0' : `${look.uid}:${look.gid}`
    return `${kind}\0${look.mode & 0o7777}\0${owner}\0`
  }

  /** Null for a file that is too large. */
  #small(path: string, look: Look, readAt: number): ContentDigest | null {
    if (look.size > SMALL_BYTES) return null
    let file: number
    try {
      file = openSync(`${this.#root}/${path}`, READ)
    } catch (cause) {
      throw unreadable(path, cause)
    }
    try {
      let length = 0
      while (length < this.#buffer.length) {
        const count = readSync(file, this.#buffer, length, this.#buffer.length - length, null)
        if (count === 0) break
        length += count
      }
      if (length > SMALL_BYTES) return null // it grew
      const content = hash('sha256', this.#buffer.subarray(0, length))
      return this.#note(path, look, fstatSync(file), readAt, content)
    } finally {
      closeSync(file)
    }
  }

  async #large(path: string, look: Look, readAt: number): Promise<ContentDigest> {
    const file = await open(`${this.#root}/${path}`, READ).catch((cause: unknown) => {
      throw unreadable(path, cause)
    })
    try {
      const content = createHash('sha256')
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
        if (bytesRead === 0) break
        content.update(chunk.subarray(0, bytesRead))
      }
      return this.#note(path, look, await file.stat(), readAt, content.digest('hex'))
    } finally {
      await file.close()
    }
  }

  /** The file's digest; kept only if it is still the file that was looked at. */
  #note(path: string, before: Look, after: Look, readAt: number, content: string): ContentDigest {
    const digest = sha256(`${this.header('file', after)}${content}`)
    if (before.ino === after.ino && before.size === after.size && before.ctimeMs === after.ctimeMs)
      this.#stats.set(path, after, readAt, digest)
    return digest
  }
}

export function sha256(text: string): ContentDigest {
  return `sha256:${hash('sha256', text)}`
}
