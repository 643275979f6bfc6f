/**
 * The files of an image archive, spilled to disk under names of our own: they may be in any order, and the names
 * inside are only ever compared, never opened. Layers are not spilled: they go to whoever takes them as they pass.
 */
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { decompress, detectCompression, rejoin } from '../../archive/compression.ts'
import { displayName } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { EngineError } from '../../errors.ts'
import { withoutRareCompression } from '../../store/decompress.ts'

/** Where layers go while they pass. */
export interface Taker<L> {
  /** Resolves once the bytes are read; `done` when the layer is in the store, or with what is wrong with it. */
  take(body: AsyncIterable<Uint8Array>): Promise<{ readonly done: Promise<L> }>
  /** True for one that need not be taken, since it is there: it is spilled like everything else. */
  knows(name: string): Promise<boolean>
}

type Found<L> =
  | { readonly kind: 'file'; readonly place: string }
  | { readonly kind: 'layer'; readonly done: Promise<L> }
  | { readonly kind: 'link'; readonly target: string }

/** Names a document in memory is worth. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
const MAX_LINKS = 10
/** A file larger than this that begins as an archive does can only be a layer. */
const LAYER_BYTES = 1024 * 1024
const HEAD_BYTES = 512

/** What an archive holds, by its names. */
export class ArchiveFiles<L> {
  readonly #files: ReadonlyMap<string, Found<L>>

  private constructor(files: ReadonlyMap<string, Found<L>>) {
    this.#files = files
  }

  /**
   * Reads all of `source` (compressed or not): what may be a layer into `taker`, the rest into `folder`.
   * Throws `invalid` for what is no tar.
   */
  static async spill<L>(
    source: AsyncIterable<Uint8Array>,
    folder: string,
    signal: AbortSignal,
    taker: Taker<L>,
  ): Promise<ArchiveFiles<L>> {
    const files = new Map<string, Found<L>>()
    // Not the size of the map: a name that comes twice takes a place for each.
    let places = 0
    for await (const { header, body } of readTar(decompress(withoutRareCompression(source)))) {
      signal.throwIfAborted()
      const name = normal(displayName(header.path))
      if (header.kind === 'symlink') {
        files.set(name, { kind: 'link', target: posix.join(posix.dirname(name), displayName(header.link)) })
      } else if (header.kind === 'hardlink') {
        files.set(name, { kind: 'link', target: normal(displayName(header.link)) })
      } else if (header.kind === 'file') {
        const { head, whole } = await peek(body)
        if (header.size > LAYER_BYTES && isArchive(head) && !(await taker.knows(name))) {
          files.set(name, { kind: 'layer', ...(await taker.take(whole)) })
        } else {
          const place = join(folder, String(places++))
          await writeFile(place, whole, { flag: 'wx', mode: 0o600 })
          files.set(name, { kind: 'file', place })
        }
      }
    }
    return new ArchiveFiles(files)
  }

  has(name: string): boolean {
    return this.#place(name) !== null
  }

  /** Throws `invalid` when the archive has no such file. */
  async json(name: string): Promise<unknown> {
    const bytes = await this.bytes(name)
    try {
      return JSON.parse(bytes.toString('utf8')) as unknown
    } catch (cause) {
      throw new EngineError('invalid', `the image archive is damaged: ${name} is not JSON`, { cause })
    }
  }

  async bytes(name: string): Promise<Buffer> {
    const place = this.#require(name)
    const { size } = await stat(place)
    if (size > MAX_DOCUMENT_BYTES)
      throw new EngineError('invalid', `the image archive's ${name} has ${size} bytes: refused`)
    return readFile(place)
  }

  /** The layer that was taken under this name; null when it was spilled. */
  layer(name: string): Promise<L> | null {
    const found = this.#find(name)
    return found?.kind === 'layer' ? found.done : null
  }

  async size(name: string): Promise<number> {
    return (await stat(this.#require(name))).size
  }

  stream(name: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#require(name), { highWaterMark: 256 * 1024 })
  }

  #require(name: string): string {
    const place = this.#place(name)
    if (place === null) throw new EngineError('invalid', `the image archive is incomplete: it has no ${name}`)
    return place
  }

  #place(name: string): string | null {
    const found = this.#find(name)
    return found?.kind === 'file' ? found.place : null
  }

  #find(name: string): Found<L> | undefined {
    let found = this.#files.get(normal(name))
    for (let links = 0; found?.kind === 'link' && links < MAX_LINKS; links++)
      found = this.#files.get(found.target)
    return found
  }
}

/** The first bytes of a file, and all of it. */
async function peek(body: AsyncIterable<Uint8Array>) {
  const iterator = body[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < HEAD_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return { head, whole: rejoin(head, iterator) }
}

/** A tar, plain or compressed (POSIX, "ustar Interchange Format": the magic at 257). */
function isArchive(head: Buffer): boolean {
  // What the host's programs must decompress is taken up again when the rest is known.
  return ['gzip', 'zstd'].includes(detectCompression(head)) || head.toString('latin1', 257, 262) === 'ustar'
}

function normal(name: string): string {
  return posix.normalize(name).replace(/^\/+|\/+$/g, '')
}
