/**
 * A folder of ours made equal to what a client sends. What is there already, by size, time, mode and owner, is not
 * asked for again; the folder itself is the record of that. A file gets its time last, so that one that was cut short
 * is fetched anew.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError } from '../../../errors.ts'
import type { FileSink } from './receive-files.ts'
import type { Stat } from './stat.ts'

/** Files up to this size are written at one go: going through the thread pool costs more than the writing. */
const SMALL_BYTES = 128 * 1024
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** What a double of milliseconds holds of a time in nanoseconds differs by less. */
const SAME_TIME_MS = 0.001

/** Files come into `root`, which nobody else writes to. */
export class SyncedFolder implements FileSink {
  readonly #root: string
  /** Every name of this walk, by its folder. */
  readonly #folders = new Map<string, Set<string>>([['', new Set()]])
  readonly #folderStats: Stat[] = []
  readonly #hardlinks: Stat[] = []
  readonly #small = new Map<Stat, Buffer[]>()
  readonly #large = new Map<Stat, FileHandle>()

  constructor(root: string) {
    this.#root = root
    mkdirSync(root, { recursive: true, mode: 0o700 })
  }

  file(stat: Stat): boolean {
    this.#enter(stat.path)
    const place = this.#place(stat.path)
    const there = lstatSync(place, { throwIfNoEntry: false })
    switch (stat.kind) {
      case 'folder':
        this.#folders.set(stat.path, new Set())
        this.#folderStats.push(stat)
        if (there?.isDirectory()) return false
        if (there) rmSync(place)
        mkdirSync(place, { mode: 0o700 })
        return false
      case 'symlink':
        if (there?.isSymbolicLink() && readlinkSync(place) === stat.linkname && sameOwner(stat, there))
          return false
        if (there) rmSync(place, { recursive: true })
        symlinkSync(stat.linkname, place)
        lchownSync(place, stat.uid, stat.gid)
        lutimesSync(place, seconds(stat), seconds(stat))
        return false
      case 'file':
        if (stat.linkname !== '') {
          this.#hardlinks.push(stat)
          return false
        }
        if (there && isSame(stat, there)) return false
        if (there) rmSync(place, { recursive: true })
        return true
      // Sockets, pipes and devices are of a running system, not of a context.
      default:
        if (there) rmSync(place, { recursive: true })
        return false
    }
  }

  async data(stat: Stat, part: Buffer | null): Promise<void> {
    if (stat.size <= SMALL_BYTES) {
      const parts = this.#small.get(stat) ?? []
      this.#small.set(stat, parts)
      // A copy: what comes is a view of a buffer that would be kept whole.
      if (part !== null) parts.push(Buffer.from(part))
      else {
        this.#small.delete(stat)
        this.#write(stat, parts)
      }
      return
    }
    const file = this.#large.get(stat) ?? (await open(this.#place(stat.path), CREATE, 0o600))
    this.#large.set(stat, file)
    if (part !== null) {
      await file.writeFile(part)
      return
    }
    this.#large.delete(stat)
    await file.close()
    this.#dress(stat)
  }

  /** To be called when everything came: makes hard links, removes what the client no longer has. */
  finish(): void {
    for (const stat of this.#hardlinks) this.#link(stat)
    for (const [folder, names] of this.#folders) {
      for (const name of readdirSync(this.#place(folder)))
        if (!names.has(name))
          rmSync(this.#place(folder === '' ? name : `${folder}/${name}`), { recursive: true })
    }
    // The innermost first: what changes in a folder changes its time.
    for (const stat of this.#folderStats.toReversed()) this.#dress(stat)
  }

  /** To be called in any case: closes what is open. */
  async close(): Promise<void> {
    for (const file of this.#large.values()) await file.close().catch(() => {})
    this.#large.clear()
  }

  /**
   * Notes a name. Throws `invalid` for a path that is not right below a folder of this walk, and for one that comes
   * twice: a folder that turned into a link would lead what is in it out of the root.
   */
  #enter(path: string): void {
    const slash = path.lastIndexOf('/')
    const name = path.slice(slash + 1)
    const names = this.#folders.get(path.slice(0, Math.max(slash, 0)))
    if (!names || slash === 0 || ['', '.', '..'].includes(name) || path.includes('\0') || names.has(name))
      throw new EngineError('invalid', `the build's client sent a file of an impossible path: ${path}`)
    names.add(name)
  }

  #place(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`
  }

  #write(stat: Stat, parts: readonly Buffer[]): void {
    const file = openSync(this.#place(stat.path), CREATE, 0o600)
    try {
      for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(file, part, at)
    } finally {
      closeSync(file)
    }
    this.#dress(stat)
  }

  #link(stat: Stat): void {
    const place = this.#place(stat.path)
    const target = this.#place(stat.linkname)
    const names = this.#folders.get(dirname(`/${stat.linkname}`).slice(1))
    if (!names?.has(stat.linkname.slice(stat.linkname.lastIndexOf('/') + 1)))
      throw new EngineError(
        'invalid',
        `the build's client sent a hard link to what it did not send: ${stat.linkname}`,
      )
    const there = lstatSync(place, { throwIfNoEntry: false })
    if (there && there.ino === lstatSync(target).ino) return
    if (there) rmSync(place, { recursive: true })
    linkSync(target, place)
  }

  /** Owner, mode and, last of all, time. */
  #dress(stat: Stat): void {
    const place = this.#place(stat.path)
    const there = lstatSync(place)
    if (!sameOwner(stat, there)) chownSync(place, stat.uid, stat.gid)
    if ((there.mode & 0o7777) !== stat.mode) chmodSync(place, stat.mode)
    if (!sameTime(stat, there)) utimesSync(place, seconds(stat), seconds(stat))
  }
}

function isSame(stat: Stat, there: Stats): boolean {
  return (
    there.isFile() &&
    there.size === stat.size &&
    (there.mode & 0o7777) === stat.mode &&
    sameOwner(stat, there) &&
    sameTime(stat, there)
  )
}

function sameOwner(stat: Stat, there: Stats): boolean {
  return there.uid === stat.uid && there.gid === stat.gid
}

function sameTime(stat: Stat, there: Stats): boolean {
  return Math.abs(there.mtimeMs - Number(stat.modifiedNs) / 1e6) < SAME_TIME_MS
}

function seconds(stat: Stat): number {
  return Number(stat.modifiedNs) / 1e9
}
