/**
 * A folder of the host as a build context, read in place: nothing is copied, only what a step asks for is looked at,
 * and a file that looks as it did in the last build is not read.
 */
import type { Look } from '../host/folder-looks.ts'
import { FileDigests, kindOf, sha256 } from './file-digests.ts'
import { IgnoreRules, type Judgement } from './ignore.ts'
import { Listings, lookAt } from './listing.ts'
import { Slices } from './slices.ts'
import type { ContentDigest, FolderStats } from './stat-cache.ts'

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

/** One call of `digest`. */
interface Walk {
  readonly each: EachDigest
  readonly slices: Slices
  readonly listings: Listings
}

class FolderReader {
  readonly rules: IgnoreRules
  readonly #root: string
  readonly #digests: FileDigests
  /** Folders on the way that are known to be none but folders. */
  readonly #real = new Set<string>([''])

  constructor(root: string, { ignore, owners, stats }: FolderOptions) {
    this.rules = new IgnoreRules(ignore)
    this.#root = root
    this.#digests = new FileDigests(root, owners, stats)
  }

  async digest(path: string, each: EachDigest): Promise<ContentDigest | null> {
    if (path === '') return await this.#walk('', null, KEPT, each)
    const slash = path.lastIndexOf('/')
    if (slash > 0 && !this.#isReal(path.slice(0, slash))) return null
    const look = lookAt(this.#root, path)
    if (look === null) return null
    const judged = this.rules.empty ? KEPT : this.rules.judge(path)
    if (kindOf(look) === 'folder') return await this.#walk(path, look, judged, each)
    if (judged.excluded) return null
    const found = await this.#digests.of(path, look)
    each(path, found)
    return found
  }

  async #walk(
    path: string,
    look: Look | null,
    judged: Judgement,
    each: EachDigest,
  ): Promise<ContentDigest | null> {
    const listings = new Listings(this.#root)
    try {
      return await this.#folder(path, look, judged, { each, slices: new Slices(), listings })
    } finally {
      listings.close()
    }
  }

  /** Null when it is left out with all that is in it. `look` null leaves the folder's own mode and owner out. */
  async #folder(
    path: string,
    look: Look | null,
    judged: Judgement,
    walk: Walk,
  ): Promise<ContentDigest | null> {
    if (judged.excluded && !this.rules.mayHold(path)) return null
    const listed = walk.listings.list(path)
    const entries = (listed instanceof Promise ? await listed : listed).map((entry) => {
      const below = path === '' ? entry.name : `${path}/${entry.name}`
      const inner = this.rules.empty ? KEPT : this.rules.step(judged.state, below)
      return { ...entry, below, inner, kind: kindOf(entry.look) }
    })
    const folders = entries.filter(
      ({ kind, inner, below }) => kind === 'folder' && !(inner.excluded && !this.rules.mayHold(below)),
    )
    walk.listings.foresee(folders.map(({ below }) => below))
    const lines: string[] = []
    for (const { name, look: found, below, inner, kind } of entries) {
      if (walk.slices.over()) await walk.slices.next()
      if (kind === 'folder') {
        const digest = await this.#folder(below, found, inner, walk)
        if (digest) lines.push(`${name}\0${digest}\n`)
      } else if (!inner.excluded && kind !== 'socket') {
        const digest = this.#digests.of(below, found)
        const known = typeof digest === 'string' ? digest : await digest
        walk.each(below, known)
        lines.push(`${name}\0${known}\n`)
      }
    }
    if (lines.length === 0 && judged.excluded) return null
    const own = look === null ? '' : this.#digests.header('folder', look)
    return sha256(`${own}\n${lines.join('')}`)
  }

  #isReal(folder: string): boolean {
    if (this.#real.has(folder)) return true
    for (const prefix of prefixes(folder)) {
      const look = lookAt(this.#root, prefix)
      if (look === null || kindOf(look) !== 'folder') return false
    }
    this.#real.add(folder)
    return true
  }
}

const KEPT: Judgement = { excluded: false, state: null }

function* prefixes(path: string): Generator<string> {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
    yield path.slice(0, slash)
  yield path
}
