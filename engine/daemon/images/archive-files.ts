/**
 * The files of an image archive, spilled to disk under names of our own: they may be in any order, and the names
 * inside are only ever compared, never opened.
 */
import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { decompress } from '../../archive/compression.ts'
import { displayName } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { EngineError } from '../../errors.ts'

type Found =
  | { readonly kind: 'file'; readonly place: string }
  | { readonly kind: 'link'; readonly target: string }

/** Names a document in memory is worth. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
const MAX_LINKS = 10

/** What an archive holds, by its names. */
export class ArchiveFiles {
  readonly #files: ReadonlyMap<string, Found>

  private constructor(files: ReadonlyMap<string, Found>) {
    this.#files = files
  }

  /** Reads all of `source` (compressed or not) into `folder`. Throws `invalid` for what is no tar. */
  static async spill(
    source: AsyncIterable<Uint8Array>,
    folder: string,
    signal: AbortSignal,
  ): Promise<ArchiveFiles> {
    const files = new Map<string, Found>()
    for await (const { header, body } of readTar(decompress(source))) {
      signal.throwIfAborted()
      const name = normal(displayName(header.path))
      if (header.kind === 'symlink') {
        files.set(name, { kind: 'link', target: posix.join(posix.dirname(name), displayName(header.link)) })
      } else if (header.kind === 'hardlink') {
        files.set(name, { kind: 'link', target: normal(displayName(header.link)) })
      } else if (header.kind === 'file') {
        const place = join(folder, String(files.size))
        const file = await open(place, 'wx', 0o600)
        try {
          for await (const chunk of body) await file.writeFile(chunk)
        } finally {
          await file.close()
        }
        files.set(name, { kind: 'file', place })
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
    let found = this.#files.get(normal(name))
    for (let links = 0; found?.kind === 'link' && links < MAX_LINKS; links++)
      found = this.#files.get(found.target)
    return found?.kind === 'file' ? found.place : null
  }
}

function normal(name: string): string {
  return posix.normalize(name).replace(/^\/+|\/+$/g, '')
}
