/**
 * A layer's tar turned into one that plain tar can unpack for overlayfs, in one pass (image-spec layer.md):
 * whiteouts become what the kernel reads, and every name is resolved inside the layer's root.
 * The output is written anew from what was understood, so that tar never sees a byte that this reader took otherwise.
 */
import { EngineError } from '../errors.ts'
import { isHarmlessDevice } from './devices.ts'
import { displayName, header, type TarEntry, type TarHeader } from './entry.ts'
import { XATTR } from './pax.ts'
import { readTar } from './read.ts'
import { ArchiveTree, normalParts } from './tree.ts'
import { END_OF_ARCHIVE, encodeHeader, padding } from './write.ts'

/** How the unpacked layer will be used. */
export interface RewriteOptions {
  /** Inside a user namespace: `user.` attributes, and no device can be made. */
  readonly rootless: boolean
  /** False for an archive that is no layer but a whole root (import): `.wh.` files are files. */
  readonly whiteouts?: boolean
  /** What `replacedFolders` found: without it an archive that has any throws `ReplacedFolder`. */
  readonly replaced?: ReadonlyMap<string, number>
}

/** Which bytes of an archive are the content of which file (a path below the root, as bytes). */
export interface BodyPlace {
  readonly path: string
  readonly offset: number
  readonly sizeBytes: number
}

/** What passed, filled while the rewritten stream is read. */
export interface LayerTally {
  entries: number
  /** Bytes of regular files, hard links counted once. */
  sizeBytes: number
  /** Filled at the end: contents that lie in a file just as they were in the archive, in its order. */
  bodies?: readonly BodyPlace[]
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const META = '.wh..wh.'

/**
 * Rewrites the (plain) tar `source`. Throws `invalid`, naming the entry, for what leads out of the root: `..`,
 * files beneath an absolute or escaping link, hard links to outside, and devices that reach the host's disks or memory.
 */
export async function* rewriteLayer(
  source: AsyncIterable<Uint8Array>,
  options: RewriteOptions,
  tally: LayerTally = { entries: 0, sizeBytes: 0 },
): AsyncGenerator<Uint8Array, void, undefined> {
  const rewriter = new Rewriter(options)
  const bodies = new Map<string, BodyPlace>()
  for await (const { header, offset, body } of readTar(source) as AsyncIterable<TarEntry>) {
    const entries = rewriter.rewrite(header)
    for (const entry of entries) {
      // What comes again under the same path replaces what was there.
      bodies.delete(entry.path)
      if (entry.kind === 'file' && !entry.pax.has('GNU.sparse.major') && !entry.pax.has('GNU.sparse.map'))
        bodies.set(entry.path, { path: entry.path, offset, sizeBytes: entry.size })
      yield encodeHeader(entry)
      if (entry.size === 0) continue
      yield* body
      yield padding(entry.size)
      if (entry.kind === 'file' || entry.kind === 'sparse') tally.sizeBytes += entry.size
    }
    tally.entries += entries.length
  }
  for (const entry of rewriter.symlinks()) {
    yield encodeHeader(entry)
    tally.entries++
  }
  tally.bodies = [...bodies.values()].filter(({ path }) => rewriter.isFile(path))
  yield END_OF_ARCHIVE
}

/** A folder that something else takes the place of later in the archive: tar cannot, and must not, empty it. */
export class ReplacedFolder extends Error {}

/**
 * Folders of the (plain) tar `source` that end up as something else, each with the number of the entry that takes its
 * place: what comes before that is not to be unpacked. Errors are `rewriteLayer`'s.
 */
export async function replacedFolders(
  source: AsyncIterable<Uint8Array>,
  options: RewriteOptions,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const rewriter = new Rewriter({ ...options, replaced: found }, (path, at) => found.set(path, at))
  for await (const { header } of readTar(source)) rewriter.rewrite(header)
  return found
}

class Rewriter {
  readonly #tree = new ArchiveTree()
  /**
   * Symlinks are written last: while anything else is unpacked there is none to be led astray by, and one that is
   * replaced later never comes to be (tar's own delayed links mistake a recycled inode for theirs).
   */
  readonly #symlinks = new Map<string, TarHeader>()
  /** The last header of each directory: its attributes must be told again when it turns out to be opaque. */
  readonly #directories = new Map<string, TarHeader>()
  readonly #opaque = new Set<string>()
  readonly #options: RewriteOptions

  readonly #onReplaced: (path: string, at: number) => void
  #number = 0

  constructor(options: RewriteOptions, onReplaced?: (path: string, at: number) => void) {
    this.#options = options
    this.#onReplaced =
      onReplaced ??
      ((path) => {
        throw new ReplacedFolder(path)
      })
  }

  /** The entries to write for one that was read; at most the last has a body. */
  rewrite(entry: TarHeader): readonly TarHeader[] {
    const number = this.#number++
    const path = this.#tree.resolve(entry.path)
    if (this.#isReplaced(path, number)) return []
    const known = this.#tree.get(path)
    if (known?.kind === 'directory' && entry.kind !== 'directory') this.#onReplaced(path, number)
    const slash = path.lastIndexOf('/')
    const base = path.slice(slash + 1)
    const folder = path.slice(0, Math.max(slash, 0))
    if (this.#options.whiteouts !== false && base.startsWith(WHITEOUT)) {
      return this.#whiteout(entry, folder, base)
    }
    const above = this.#reviveAbove(folder)
    const rewritten = this.#plain({ ...entry, path, pax: this.#cleanPax(entry.pax, path) }, entry.path)
    return rewritten === null ? above : [...above, rewritten]
  }

  /** True for a path at which a file is left. */
  isFile(path: string): boolean {
    return this.#tree.get(path)?.kind === 'file'
  }

  #isReplaced(path: string, number: number): boolean {
    for (const [folder, at] of this.#options.replaced ?? []) {
      if (number < at && (path === folder || path.startsWith(`${folder}/`))) return true
    }
    return false
  }

  /** The links that nothing has replaced. */
  symlinks(): readonly TarHeader[] {
    return [...this.#symlinks.values()].filter(({ path, link }) => {
      const node = this.#tree.get(path)
      return node?.kind === 'symlink' && node.target === link
    })
  }

  #plain(entry: TarHeader, name: string): TarHeader | null {
    const { path } = entry
    switch (entry.kind) {
      case 'directory': {
        const wasRemoved = this.#tree.get(path)?.kind === 'whiteout'
        if (wasRemoved) this.#opaque.add(path)
        const directory = this.#withOpacity({ ...entry, path: path === '' ? '.' : path })
        if (path !== '') this.#tree.set(path, { kind: 'directory' })
        this.#directories.set(path, directory)
        return directory
      }
      case 'symlink':
        requireName(path, name)
        if (entry.link === '') {
          throw new EngineError(
            'invalid',
            `the archive's entry "${displayName(name)}" is a symbolic link to nowhere`,
          )
        }
        return this.#symlink(entry)
      case 'hardlink':
        requireName(path, name)
        return this.#hardlink(entry, name)
      case 'char-device':
      case 'block-device': {
        requireName(path, name)
        const device = `${entry.deviceMajor}:${entry.deviceMinor}`
        if (!isHarmlessDevice(entry.kind, entry.deviceMajor, entry.deviceMinor)) {
          throw new EngineError(
            'invalid',
            `the archive's entry "${displayName(name)}" is the ${entry.kind === 'block-device' ? 'block' : 'character'} device ${device}, which reaches into the host: it is refused`,
          )
        }
        if (this.#options.rootless) return null // the runtime gives each container its own
        this.#tree.set(path, { kind: 'file' })
        return entry
      }
      case 'file':
      case 'sparse':
      case 'fifo':
        requireName(path, name)
        this.#tree.set(path, { kind: 'file' })
        return entry
    }
  }

  #hardlink(entry: TarHeader, name: string): TarHeader | null {
    const target = this.#tree.resolve(entry.link)
    const node = this.#tree.get(target)
    if (node === undefined || node.kind === 'directory' || node.kind === 'whiteout') {
      throw new EngineError(
        'invalid',
        `the archive's entry "${displayName(name)}" is a hard link to "${displayName(entry.link)}", which the archive does not hold`,
      )
    }
    // tar would remove the file before it links to it.
    if (target === entry.path) return null
    // A second name of a link is a link of its own: nobody can tell.
    if (node.kind === 'symlink') return this.#symlink({ ...entry, kind: 'symlink', link: node.target })
    this.#tree.set(entry.path, node)
    return { ...entry, link: target }
  }

  #symlink(entry: TarHeader): null {
    this.#tree.set(entry.path, { kind: 'symlink', target: entry.link })
    this.#symlinks.set(entry.path, entry)
    return null
  }

  #whiteout(entry: TarHeader, folder: string, base: string): readonly TarHeader[] {
    if (base === OPAQUE) return this.#makeOpaque(folder)
    if (base.startsWith(META)) return [] // bookkeeping of aufs
    const removed = base.slice(WHITEOUT.length)
    if (removed === '' || removed === '.' || removed === '..') {
      throw new EngineError(
        'invalid',
        `the archive's entry "${displayName(entry.path)}" removes nothing that has a name`,
      )
    }
    const path = folder === '' ? removed : `${folder}/${removed}`
    const node = this.#tree.get(path)
    // A layer that removes and makes the same path removes only what is below it.
    if (node?.kind === 'directory') return this.#makeOpaque(path)
    if (node !== undefined) return []
    const above = this.#reviveAbove(folder)
    this.#tree.set(path, { kind: 'whiteout' })
    return [...above, header('char-device', path, { mode: 0, mtime: entry.mtime })]
  }

  /** Says a directory again, opaque. One not seen yet gets its own attributes when its entry comes. */
  #makeOpaque(path: string): readonly TarHeader[] {
    if (this.#opaque.has(path)) return []
    const above = this.#reviveAbove(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    this.#opaque.add(path)
    if (path !== '') this.#tree.set(path, { kind: 'directory' })
    const known = this.#directories.get(path) ?? header('directory', path === '' ? '.' : path)
    return [...above, this.#withOpacity(known)]
  }

  /** Directories above `path` that this layer has removed come back empty: opaque. */
  #reviveAbove(path: string): readonly TarHeader[] {
    const revived: TarHeader[] = []
    const parts = path === '' ? [] : path.split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      const above = parts.slice(0, depth).join('/')
      if (this.#tree.get(above)?.kind === 'whiteout') {
        this.#tree.set(above, { kind: 'directory' })
        this.#opaque.add(above)
        revived.push(this.#withOpacity(header('directory', above)))
      }
    }
    return revived
  }

  #withOpacity(directory: TarHeader): TarHeader {
    const path = directory.path === '.' ? '' : directory.path
    if (!this.#opaque.has(path)) return directory
    const attribute = `${XATTR}${this.#options.rootless ? 'user' : 'trusted'}.overlay.opaque`
    return { ...directory, pax: new Map([...directory.pax, [attribute, 'y']]) }
  }

  /** Attributes that overlayfs reads are ours alone to set. */
  #cleanPax(pax: ReadonlyMap<string, string>, path: string): ReadonlyMap<string, string> {
    const named = [...pax].map(([key, value]) => [key, key === 'GNU.sparse.name' ? path : value] as const)
    const kept = named.filter(([key]) => {
      if (!key.startsWith(XATTR)) return key === 'mtime' || key.startsWith('GNU.sparse.')
      const attribute = key.slice(XATTR.length)
      return !attribute.startsWith('trusted.overlay.') && !attribute.startsWith('user.overlay.')
    })
    return new Map(kept)
  }
}

/** Only a directory may stand for the root itself. */
function requireName(path: string, name: string): void {
  if (path === '' || normalParts(path, name).length === 0) {
    throw new EngineError(
      'invalid',
      `the archive's entry "${displayName(name)}" would replace the root itself`,
    )
  }
}
