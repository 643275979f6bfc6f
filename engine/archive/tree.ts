/**
 * What an archive has made so far, so that every later path can be resolved as inside its own root: the guard
 * against names with `..`, and against writing through a link that the same archive has laid.
 * The archive unpacks into an empty folder, so nothing else can be in the way.
 */
import { EngineError } from '../errors.ts'
import { displayName } from './entry.ts'

/** What stands at a path. `target` is a symlink's. */
export type TreeNode =
  | { readonly kind: 'directory' }
  | { readonly kind: 'file' }
  | { readonly kind: 'whiteout' }
  | { readonly kind: 'symlink'; readonly target: string }

/** As many as the kernel follows (path_resolution(7)). */
const MAX_SYMLINKS = 40

/** The paths of one archive, by their normal form: no leading slash, no `.` or `..`, the root is empty. */
export class ArchiveTree {
  readonly #nodes = new Map<string, TreeNode>()

  get(path: string): TreeNode | undefined {
    return this.#nodes.get(path)
  }

  /** Notes what is made at `path` (normal form), and the folders above it. */
  set(path: string, node: TreeNode): void {
    const before = this.#nodes.get(path)
    if (before?.kind === 'directory' && node.kind !== 'directory') {
      for (const other of [...this.#nodes.keys()]) if (other.startsWith(`${path}/`)) this.#nodes.delete(other)
    }
    this.#nodes.set(path, node)
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const above = path.slice(0, slash)
      if (this.#nodes.get(above)?.kind === 'directory') break
      this.#nodes.set(above, { kind: 'directory' })
    }
  }

  /**
   * The normal form of an entry's name, its folder's symlinks followed inside the root. Throws `invalid`, naming
   * the entry, when `..` leaves the root, when a link on the way is absolute or leaves it, or when a file is in
   * the way. A leading slash is taken as the root's.
   */
  resolve(name: string): string {
    const parts = normalParts(name, name)
    const last = parts.pop()
    if (last === undefined) return ''
    const folder = this.#follow(parts, name)
    return folder === '' ? last : `${folder}/${last}`
  }

  #follow(parts: readonly string[], name: string): string {
    let pending = [...parts]
    let done: string[] = []
    let followed = 0
    while (pending.length > 0) {
      const part = pending.shift() as string
      if (part === '..') {
        if (done.pop() === undefined) throw escapes(name)
        continue
      }
      done.push(part)
      const node = this.#nodes.get(done.join('/'))
      if (node === undefined) continue
      if (node.kind === 'file') {
        throw new EngineError(
          'invalid',
          `the archive's entry "${displayName(name)}" lies beneath a file of the same archive`,
        )
      }
      if (node.kind !== 'symlink') continue
      if (node.target.startsWith('/') || ++followed > MAX_SYMLINKS) {
        throw new EngineError(
          'invalid',
          `the archive's entry "${displayName(name)}" would be written through the link "${displayName(done.join('/'))}" -> "${displayName(node.target)}", which leads out of the archive's root`,
        )
      }
      done = done.slice(0, -1)
      pending = [...node.target.split('/').filter((piece) => piece !== '' && piece !== '.'), ...pending]
    }
    return done.join('/')
  }
}

/** Parts of a path with `.` and `..` worked out as text. Throws `invalid`, naming `entry`, when it leaves the root. */
export function normalParts(path: string, entry: string): string[] {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw escapes(entry)
  }
  return parts
}

function escapes(name: string): EngineError {
  return new EngineError(
    'invalid',
    `the archive's entry "${displayName(name)}" leads out of the archive's root: it is refused, and nothing of the archive is kept`,
  )
}
