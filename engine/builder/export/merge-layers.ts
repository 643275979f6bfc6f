/** Several layers written as the tar of one: a stream that reads each of them twice and holds none. */
import { header, type TarHeader } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { normalParts } from '../../archive/tree.ts'
import { END_OF_ARCHIVE, encodeHeader, padding } from '../../archive/write.ts'
import { type LayerEntry, LayerTree } from './layer-tree.ts'

/** A layer's plain tar, as often as it is asked for. */
export type ReadLayer = () => Promise<AsyncIterable<Uint8Array>>

/** How an entry of a layer is written: under its own path, or under another name of the same file. */
interface Written {
  readonly path: string
  readonly header: TarHeader
}

/**
 * The tar of `layers` (bottom first) together. `whiteouts` keeps what hides files of layers that lie below all of
 * these; without it there are none. Names of one file stay one file, also where its first name is hidden.
 */
export async function* mergeLayers(
  layers: readonly ReadLayer[],
  options: { readonly whiteouts: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  const tree = new LayerTree()
  const all: (readonly TarHeader[])[] = []
  for (const read of layers) {
    const headers: TarHeader[] = []
    for await (const entry of readTar(await read())) headers.push(entry.header)
    tree.add(headers)
    all.push(headers)
  }
  const seen: (LayerEntry & { readonly path: string })[] = []
  for (const { path, node } of tree.nodes()) {
    switch (node.kind) {
      case 'directory':
        yield encodeHeader({ ...(node.header ?? header('directory', path)), path })
        if (node.opaque && options.whiteouts) yield whiteout(`${path}/.wh..wh..opq`)
        break
      case 'whiteout':
        if (options.whiteouts) yield whiteout(whiteoutOf(path))
        break
      case 'other':
        seen.push({ path, ...node })
    }
  }
  const links: Buffer[] = []
  for (const [at, read] of layers.entries()) {
    const plan = planLayer(
      all[at] ?? [],
      seen.filter(({ layer }) => layer === at),
    )
    links.push(...plan.links)
    if (plan.written.size === 0) continue
    let place = 0
    for await (const entry of readTar(await read())) {
      const written = plan.written.get(place++)
      if (!written) continue
      yield encodeHeader(renamed(written.header, written.path))
      if (entry.header.size === 0) continue
      yield* entry.body
      yield padding(entry.header.size)
    }
  }
  yield* links
  yield END_OF_ARCHIVE
}

/** Which entries of one layer are written as what, and the links that follow when all files are there. */
function planLayer(headers: readonly TarHeader[], seen: readonly (LayerEntry & { readonly path: string })[]) {
  const written = new Map<number, Written>()
  const links: Buffer[] = []
  const places = new Map(headers.map(({ path }, at) => [normal(path), at]))
  for (const { path, at, header } of seen) {
    if (header.kind !== 'hardlink') written.set(at, { path, header })
  }
  for (const { path, header } of seen) {
    if (header.kind !== 'hardlink') continue
    const first = fileOf(header, headers, places)
    const target = first === null ? undefined : written.get(first)
    if (target) links.push(encodeHeader({ ...header, path, link: target.path }))
    // The name that the content came under is hidden: it goes under this one.
    else if (first !== null) written.set(first, { path, header: headers[first] as TarHeader })
    else links.push(encodeHeader({ ...header, path }))
  }
  return { written, links }
}

/** Where the content of a link is; null when another layer has it. */
function fileOf(link: TarHeader, headers: readonly TarHeader[], places: ReadonlyMap<string, number>) {
  let header: TarHeader | undefined = link
  for (let hops = 0; hops <= headers.length; hops++) {
    const at: number | undefined = places.get(normal(header.link))
    header = at === undefined ? undefined : headers[at]
    if (at === undefined || header === undefined) return null
    if (header.kind !== 'hardlink') return at
  }
  return null
}

function renamed(given: TarHeader, path: string): TarHeader {
  if (!given.pax.has('GNU.sparse.name')) return { ...given, path }
  return { ...given, path, pax: new Map([...given.pax, ['GNU.sparse.name', path]]) }
}

function normal(path: string): string {
  return normalParts(path, path).join('/')
}

function whiteoutOf(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`
}

function whiteout(path: string): Buffer {
  return encodeHeader(header('file', path))
}
