/**
 * Digests of files by what `lstat` says of them, kept between builds: a file that looks as it did is not read again.
 * In memory for the folders used last, and in a file of lines that is only appended to until most of it is old. What
 * a crash leaves half-written is a line that cannot be read, and costs one file's reading.
 */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Look } from '../host/folder-looks.ts'
import { Slices } from './slices.ts'

/** `sha256:<64 hex>`. */
export type ContentDigest = `sha256:${string}`

/** Folders kept in memory, and the files of all of them together. */
const MAX_FOLDERS = 16
const MAX_FILES = 400_000
/** Folders kept on disk: what is built less often is read anew. */
const MAX_KEPT = 64

/** How far a clock that stamps files may lag: a tick of the slowest kernel, twice. */
const TICK_MS = 20
/** Where times are whole seconds (some file systems keep no more), or every other one (FAT). */
const COARSE_TICK_MS = 2000

interface Row {
  readonly dev: number
  readonly ino: number
  readonly size: number
  /** Milliseconds with their fraction: what a double holds is finer than two writes can be apart. */
  readonly mtime: number
  readonly ctime: number
  readonly digest: ContentDigest
}

/** The files of one folder. */
export class FolderStats {
  readonly #rows = new Map<string, Row>()
  readonly #used = new Set<string>()
  readonly #file: string | null
  #fresh: string[] = []
  #lines = 0
  #saving: Promise<void> = Promise.resolve()

  /** `file` is where it is kept; null keeps it in memory alone. */
  constructor(file: string | null) {
    this.#file = file
  }

  /** How many files it knows. */
  get size(): number {
    return this.#rows.size
  }

  /** The digest of `path` when it looks as it did. */
  get(path: string, stats: Look): ContentDigest | null {
    const row = this.#rows.get(path)
    if (
      row === undefined ||
      row.ino !== stats.ino ||
      row.size !== stats.size ||
      row.mtime !== stats.mtimeMs ||
      row.ctime !== stats.ctimeMs ||
      row.dev !== stats.dev
    )
      return null
    this.#used.add(path)
    return row.digest
  }

  /**
   * Notes the digest of a file that was read at `readAt` (ms since 1970). One that changed so shortly before that
   * another change would leave the same times is not noted: it is read again the next time.
   */
  set(path: string, stats: Look, readAt: number, digest: ContentDigest): void {
    const tick = Number.isInteger(stats.ctimeMs / 1000) ? COARSE_TICK_MS : TICK_MS
    if (Math.max(stats.ctimeMs, stats.mtimeMs) + tick > readAt) return
    const { dev, ino, size } = stats
    const row = { dev, ino, size, mtime: stats.mtimeMs, ctime: stats.ctimeMs, digest }
    this.#rows.set(path, row)
    this.#used.add(path)
    this.#fresh.push(path)
  }

  /** Writes what is new. Failing is no harm: the files are read again the next time. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write()).catch(() => {})
    return this.#saving
  }

  /** Reads what an earlier process kept. */
  async load(): Promise<void> {
    if (this.#file === null) return
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    const slices = new Slices()
    for (const line of lines(text)) {
      this.#lines++
      const row = readLine(line)
      if (row) this.#rows.set(row[0], row[1])
      if (slices.over()) await slices.next()
    }
  }

  async #write(): Promise<void> {
    const file = this.#file
    if (file === null || this.#fresh.length === 0) return
    const fresh = this.#fresh
    this.#fresh = []
    const rewrite = this.#lines + fresh.length > 2 * this.#used.size + 1000
    if (rewrite) for (const path of this.#rows.keys()) if (!this.#used.has(path)) this.#rows.delete(path)
    const paths = rewrite ? [...this.#rows.keys()] : fresh
    const slices = new Slices()
    const parts: string[] = []
    for (const path of paths) {
      const row = this.#rows.get(path)
      if (row) parts.push(writeLine(path, row))
      if (slices.over()) await slices.next()
    }
    // A line that a crash cut would swallow the one that is appended to it.
    if (!rewrite) {
      await appendFile(file, `\n${parts.join('')}`, { mode: 0o600 })
      this.#lines += parts.length
      return
    }
    await writeFile(`${file}.new`, parts.join(''), { mode: 0o600 })
    await rename(`${file}.new`, file)
    this.#lines = parts.length
  }
}

/** The folders that builds were made of. */
export class StatCache {
  readonly #directory: string | null
  readonly #folders = new Map<string, Promise<FolderStats>>()

  /** `directory` is made where it is missing; null keeps nothing beyond the process. */
  constructor(directory: string | null) {
    this.#directory = directory
  }

  /** What is known of the folder `root`. `variant` tells apart digests that are made otherwise (owners). */
  async open(root: string, variant: string): Promise<FolderStats> {
    const key = createHash('sha256').update(`${variant}\0${root}`).digest('hex')
    const known = this.#folders.get(key)
    // The one used last is the last to go.
    this.#folders.delete(key)
    const opened = known ?? this.#load(key)
    this.#folders.set(key, opened)
    const stats = await opened
    await this.#trim(key)
    return stats
  }

  /** Forgets everything, on disk too. */
  async clear(): Promise<void> {
    this.#folders.clear()
    if (this.#directory !== null) await rm(this.#directory, { recursive: true, force: true })
  }

  async #load(key: string): Promise<FolderStats> {
    if (this.#directory !== null) await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = this.#directory === null ? null : join(this.#directory, key)
    const stats = new FolderStats(file)
    await stats.load()
    if (this.#directory !== null) await dropOldest(this.#directory, key)
    return stats
  }

  async #trim(keep: string): Promise<void> {
    let files = 0
    for (const opened of this.#folders.values()) files += (await opened).size
    for (const [key, opened] of this.#folders) {
      if (key === keep || (this.#folders.size <= MAX_FOLDERS && files <= MAX_FILES)) break
      files -= (await opened).size
      this.#folders.delete(key)
    }
  }
}

/** Keeps the files used last; `used` is, just now. */
async function dropOldest(directory: string, used: string): Promise<void> {
  const now = new Date()
  await utimes(join(directory, used), now, now).catch(() => {}) // not written yet
  const names = (await readdir(directory)).filter((name) => name !== used)
  if (names.length < MAX_KEPT) return
  const times = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(join(directory, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  )
  const old = times.toSorted((one, other) => other.at - one.at).slice(MAX_KEPT - 1)
  await Promise.all(old.map(({ name }) => rm(join(directory, name), { force: true })))
}

function* lines(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    if (end < 0) return // cut short
    if (end > at) yield text.slice(at, end)
    at = end + 1
  }
}

function writeLine(path: string, row: Row): string {
  const hex = row.digest.slice('sha256:'.length)
  return `${JSON.stringify([row.dev, row.ino, row.size, row.mtime, row.ctime, hex, path])}\n`
}

function readLine(line: string): readonly [string, Row] | null {
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch {
    return null
  }
  if (!Array.isArray(fields) || fields.length !== 7) return null
  const [dev, ino, size, mtime, ctime, hex, path] = fields as unknown[]
  if (![dev, ino, size, mtime, ctime].every((field) => typeof field === 'number')) return null
  if (typeof path !== 'string' || typeof hex !== 'string' || !/^[0-9a-f]{64}$/.test(hex)) return null
  return [path, { dev, ino, size, mtime, ctime, digest: `sha256:${hex}` } as Row]
}
