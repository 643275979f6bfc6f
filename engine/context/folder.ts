/**
 * A folder of the host as a build context, read in place: nothing is copied, only what a step asks for is looked at,
 * and a file that looks as it did in the last build is not read.
 */
import { createHash, hash } from 'node:crypto'
import type { Stats } from 'node:fs'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { EngineError } from '../errors.ts'
import { IgnoreRules, type Judgement } from './ignore.ts'
import { Slices } from './slices.ts'
import type { ContentDigest, FolderStats } from './stat-cache.ts'
import { unreadable } from './unreadable.ts'

/** What is told of each file, link and folder that is looked at; paths as `digest` takes them. */
export type EachDigest = (path: string, digest: ContentDigest) => void

/** A context's files. The builder's `SourceFolder` is this shape. */
export interface ContextFolder {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** Whether a path below it (no slash at either end) is part of it. */
  readonly includes: (path: string, isFolder: boolean) => boolean
  /**
   * Digest of a file's or folder's content with modes and owners, without times, of what is included; the folder's
   * own mode counts unless it is the root (`''`). Links are not followed, on the way neither. Null when there is
   * nothing. `each` is told of the files and links in it.
   */
  readonly digest: (path: string, each?: EachDigest) => Promise<ContentDigest | null>
  readonly owners: 'kept' | 'root'
}

export interface FolderOptions {
  /** Patterns of the ignore file. */
  readonly ignore: readonly string[]
  /** `root`: as if everything were root's. */
  readonly owners: 'kept' | 'root'
  /** What is known of its files; made of the same `owners`. */
  readonly stats: FolderStats
}

/** Files up to this size are read in one go, without the thread pool, which costs more than the reading. */
const SMALL_BYTES = 128 * 1024
const CHUNK_BYTES = 1024 * 1024
/** A file that was exchanged for a link or a pipe must not be followed or waited for. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** The folder at `path` (absolute, no links in it). Throws `invalid` for a pattern that is none. */
export function openFolder(path: string, options: FolderOptions): ContextFolder {
  const reader = new FolderReader(path, options)
  return {
    path,
    owners: options.owners,
    includes: (below) => !reader.rules.excludes(below),
    digest: (below, each) => reader.digest(below, each ?? (() => {})),
  }
}

class FolderReader {
  readonly rules: IgnoreRules
  readonly #root: string
  readonly #options: FolderOptions
  readonly #buffer = Buffer.allocUnsafe(SMALL_BYTES + 1)
  /** Folders on the way that are known to be none but folders. */
  readonly #real = new Set<string>([''])

  constructor(root: string, options: FolderOptions) {
    this.rules = new IgnoreRules(options.ignore)
    this.#root = root
    this.#options = options
  }

  async digest(path: string, each: EachDigest): Promise<ContentDigest | null> {
    if (path === '') return await this.#folder('', null, KEPT, each, new Slices())
    const slash = path.lastIndexOf('/')
    if (slash > 0 && !this.#isReal(path.slice(0, slash))) return null
    const stats = this.#stat(path)
    if (stats === null) return null
    const judged = this.rules.empty ? KEPT : this.rules.judge(path)
    if (stats.isDirectory()) return await this.#folder(path, stats, judged, each, new Slices())
    if (judged.excluded) return null
    const found = this.#leaf(path, stats) ?? (await this.#large(path, stats))
    each(path, found)
    return found
  }

  /** Null when it is left out with all that is in it. `stats` null leaves the folder's own mode and owner out. */
  async #folder(
    path: string,
    stats: Stats | null,
    judged: Judgement,
    each: EachDigest,
    slices: Slices,
  ): Promise<ContentDigest | null> {
    if (judged.excluded && !this.rules.mayHold(path)) return null
    const lines: string[] = []
    for (const name of this.#names(path)) {
      if (slices.over()) await slices.next()
      const below = path === '' ? name : `${path}/${name}`
      const found = this.#stat(below)
      if (found === null) {
        if (name.includes('\uFFFD')) throw unnameable(this.#root, below)
        continue // gone since the folder was listed
      }
      const inner = this.rules.empty ? KEPT : this.rules.step(judged.state, below)
      if (found.isDirectory()) {
        const digest = await this.#folder(below, found, inner, each, slices)
        if (digest) lines.push(`${name}\0${digest}\n`)
      } else if (!inner.excluded && !found.isSocket()) {
        const digest = this.#leaf(below, found) ?? (await this.#large(below, found))
        each(below, digest)
        lines.push(`${name}\0${digest}\n`)
      }
    }
    if (lines.length === 0 && judged.excluded) return null
    const own = stats === null ? '' : this.#header('folder', stats)
    return sha256(`${own}\n${lines.join('')}`)
  }

  /** A small file, link or device; null for a file that is too large to be read at once. */
  #leaf(path: string, stats: Stats): ContentDigest | null {
    const known = this.#options.stats.get(path, stats)
    if (known) return known
    const readAt = Date.now()
    if (stats.isFile()) {
      if (stats.size > SMALL_BYTES) return null
      return this.#readSmall(path, stats, readAt)
    }
    let what = 'device'
    if (stats.isSymbolicLink()) what = `link\0${readlinkSync(`${this.#root}/${path}`)}`
    const digest = sha256(`${this.#header(what, stats)}${stats.rdev}`)
    this.#options.stats.set(path, stats, readAt, digest)
    return digest
  }

  #readSmall(path: string, stats: Stats, readAt: number): ContentDigest | null {
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
      return this.#note(
        path,
        stats,
        fstatSync(file),
        readAt,
        hash('sha256', this.#buffer.subarray(0, length)),
      )
    } finally {
      closeSync(file)
    }
  }

  async #large(path: string, stats: Stats): Promise<ContentDigest> {
    const readAt = Date.now()
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
      return this.#note(path, stats, await file.stat(), readAt, content.digest('hex'))
    } finally {
      await file.close()
    }
  }

  /** The file's digest; kept only if it is still the file that was looked at. */
  #note(path: string, before: Stats, after: Stats, readAt: number, content: string): ContentDigest {
    const digest = sha256(`${this.#header('file', after)}${content}`)
    if (before.ino === after.ino && before.size === after.size && before.ctimeMs === after.ctimeMs)
      this.#options.stats.set(path, after, readAt, digest)
    return digest
  }

  #header(kind: string, stats: Stats): string {
    const owner = this.#options.owners === 'root' ? '0:0' : `${stats.uid}:${stats.gid}`
    return `${kind}\0${stats.mode & 0o7777}\0${owner}\0`
  }

  #names(path: string): string[] {
    try {
      return readdirSync(path === '' ? this.#root : `${this.#root}/${path}`).sort()
    } catch (cause) {
      if (path !== '' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unreadable(path === '' ? this.#root : path, cause)
    }
  }

  #stat(path: string): Stats | null {
    return lstatSync(`${this.#root}/${path}`, { throwIfNoEntry: false }) ?? null
  }

  #isReal(folder: string): boolean {
    if (this.#real.has(folder)) return true
    for (const prefix of prefixes(folder)) if (!this.#stat(prefix)?.isDirectory()) return false
    this.#real.add(folder)
    return true
  }
}

const KEPT: Judgement = { excluded: false, state: null }

function sha256(text: string): ContentDigest {
  return `sha256:${hash('sha256', text)}`
}

function* prefixes(path: string): Generator<string> {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
    yield path.slice(0, slash)
  yield path
}

function unnameable(root: string, path: string): EngineError {
  return new EngineError(
    'invalid',
    `the name of a file of the build context ${root} is not UTF-8 (${path}): rename it, or name its folder in .dockerignore`,
  )
}
