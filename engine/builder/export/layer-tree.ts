/**
 * What several layers come to when they lie on each other: which entry of which layer is seen at each path, and what
 * they hide of whatever lies below them (OCI image-spec, layer.md, "Applying Changesets"). Pure: it sees headers only.
 */
import type { TarHeader } from '../../archive/entry.ts'
import { normalParts } from '../../archive/tree.ts'

/** An entry of a layer, by its place in that layer's tar. */
export interface LayerEntry {
  readonly layer: number
  readonly at: number
  readonly header: TarHeader
}

/** What is at a path. */
export type LayerNode =
  /** Nothing is, whatever is below. */
  | { readonly kind: 'whiteout' }
  | {
      readonly kind: 'directory'
      /** Null for a folder that is only named by what is in it. */
      header: TarHeader | null
      /** Nothing in it is seen of what is below all layers. */
      opaque: boolean
      readonly children: Map<string, LayerNode>
    }
  | ({ readonly kind: 'other' } & LayerEntry)

type Folder = Extract<LayerNode, { kind: 'directory' }>

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const META = '.wh..wh.'

/** The layers put on each other so far. */
export class LayerTree {
  readonly #root: Folder = folder(false)
  #layer = -1

  /** Puts the next layer on top; `headers` are all of its entries. Throws `invalid` for a name that leaves the root. */
  add(headers: readonly TarHeader[]): void {
    this.#layer++
    // Whiteouts are about the layers below, wherever in the tar they stand.
    for (const { path } of headers) this.#hide(path)
    for (const [at, header] of headers.entries()) this.#put({ layer: this.#layer, at, header })
  }

  /** Everything there is but the root, folders before what is in them, names in order. */
  *nodes(): Generator<{ readonly path: string; readonly node: LayerNode }> {
    yield* below(this.#root, '')
  }

  #hide(name: string): void {
    const parts = normalParts(name, name)
    const base = parts.pop()
    if (base === undefined || !base.startsWith(WHITEOUT)) return
    if (base === OPAQUE) {
      const opaque = this.#folder(parts)
      opaque.children.clear()
      opaque.opaque = true
    } else if (!base.startsWith(META)) {
      this.#folder(parts).children.set(base.slice(WHITEOUT.length), { kind: 'whiteout' })
    }
  }

  #put(entry: LayerEntry): void {
    const { header } = entry
    const parts = normalParts(header.path, header.path)
    const base = parts.at(-1)
    if (base === undefined || base.startsWith(WHITEOUT)) return
    if (header.kind === 'directory') this.#folder(parts).header = header
    else this.#folder(parts.slice(0, -1)).children.set(base, { kind: 'other', ...entry })
  }

  /** The folder at a path, made where it is missing. One that takes the place of something else hides what is below. */
  #folder(parts: readonly string[]): Folder {
    let at = this.#root
    for (const part of parts) {
      const there = at.children.get(part)
      if (there?.kind === 'directory') {
        at = there
        continue
      }
      const made = folder(there !== undefined)
      at.children.set(part, made)
      at = made
    }
    return at
  }
}

function folder(opaque: boolean): Folder {
  return { kind: 'directory', header: null, opaque, children: new Map() }
}

function* below(
  { children }: Folder,
  prefix: string,
): Generator<{ readonly path: string; readonly node: LayerNode }> {
  for (const name of [...children.keys()].toSorted()) {
    const node = children.get(name) as LayerNode
    const path = prefix + name
    yield { path, node }
    if (node.kind === 'directory') yield* below(node, `${path}/`)
  }
}
