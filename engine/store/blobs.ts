/** Blobs as they came: a file each, named by its digest, never there without having been verified. */
import { createReadStream } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'
import type { Descriptor, Digest } from '../oci/descriptor.ts'
import { Digester, digested, hexOf, isDigest, verified } from '../oci/digest.ts'
import { diskError } from './durable.ts'
import type { Layout } from './layout.ts'
import { Spool } from './spool.ts'

/** The tars of unpacked layers, which can be written again. */
export interface LayerTars {
  /** Null when there is none with this digest. */
  tarBytes(digest: Digest): Promise<number | null>
  readTar(digest: Digest): AsyncIterable<Uint8Array>
}

/** The blobs of one store. */
export class Blobs {
  readonly #layout: Layout
  readonly #disk: Disk
  #counter = 0

  #layers: LayerTars | null = null

  constructor(layout: Layout, disk: Disk) {
    this.#layout = layout
    this.#disk = disk
  }

  /** From now on the tars of unpacked layers count as blobs, too. */
  readLayers(layers: LayerTars): void {
    this.#layers = layers
  }

  async has(digest: Digest): Promise<boolean> {
    const kept = await access(this.#layout.blob(digest)).then(
      () => true,
      () => false,
    )
    return kept || (await this.#tarBytes(digest)) !== null
  }

  async #tarBytes(digest: Digest): Promise<number | null> {
    return (await this.#layers?.tarBytes(digest)) ?? null
  }

  async write(expected: Descriptor, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    if (await this.has(expected.digest)) return
    const { spool, path } = await this.spool()
    try {
      for await (const chunk of verified(source, expected)) {
        throwIfAborted(signal)
        await spool.write(chunk)
      }
      await spool.finish()
      await spool.sync()
      await this.adopt(path, expected.digest)
    } catch (error) {
      throw diskError(error, `writing ${expected.digest}`)
    } finally {
      await spool.close()
      await this.#disk.unlink(path)
    }
  }

  /** Keeps bytes whose digest nobody knows yet; `claim` is told of it before they are there. */
  async writeUnknown(
    source: AsyncIterable<Uint8Array>,
    claim: (digest: Digest) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<{ readonly digest: Digest; readonly size: number }> {
    const { spool, path } = await this.spool()
    const digester = new Digester()
    try {
      for await (const chunk of digested(source, digester)) {
        throwIfAborted(signal)
        await spool.write(chunk)
      }
      await spool.finish()
      await spool.sync()
      const digest = digester.digest()
      await claim(digest)
      await this.adopt(path, digest)
      return { digest, size: digester.size }
    } catch (error) {
      throw diskError(error, 'writing content')
    } finally {
      await spool.close()
      await this.#disk.unlink(path)
    }
  }

  /** Throws `not-found`; the stream fails at its end when the bytes are not those of `digest`. */
  async read(digest: Digest): Promise<Readable> {
    const path = this.#layout.blob(digest)
    const file = await stat(path).catch(() => null)
    const size = file?.size ?? (await this.#tarBytes(digest))
    if (size === null) throw new EngineError('not-found', `the store has no content ${digest}`)
    const bytes =
      file || !this.#layers
        ? createReadStream(path, { highWaterMark: 256 * 1024 })
        : this.#layers.readTar(digest)
    return Readable.from(verified(bytes, { digest, size }), { objectMode: false })
  }

  /** A new temporary file for bytes that come. */
  async spool(): Promise<{ readonly spool: Spool; readonly path: string }> {
    const path = join(this.#layout.temporary, `blob-${process.pid}-${++this.#counter}`)
    return { spool: await Spool.create(this.#disk, path), path }
  }

  /** Makes a verified, durable temporary file the blob `digest`. The file itself is left to its maker. */
  async adopt(path: string, digest: Digest): Promise<void> {
    try {
      await this.#disk.link(path, this.#layout.blob(digest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await this.#disk.syncFolder(this.#layout.blobs)
  }

  async all(): Promise<readonly Digest[]> {
    const names = await readdir(this.#layout.blobs)
    return names.map((name) => `sha256:${name}`).filter(isDigest)
  }

  /** Files among the blobs that are none. */
  async strangers(): Promise<readonly string[]> {
    const names = await readdir(this.#layout.blobs)
    return names.filter((name) => !isDigest(`sha256:${name}`))
  }

  /** Its length in bytes; 0 when it is not there. */
  async size(digest: Digest): Promise<number> {
    const file = await stat(this.#layout.blob(digest)).catch(() => null)
    return file?.size ?? (await this.#tarBytes(digest)) ?? 0
  }

  async remove(digest: Digest): Promise<void> {
    await this.#disk.unlink(join(this.#layout.blobs, hexOf(digest)))
  }
}

/** Throws `cancelled` when the caller has gone. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError('cancelled', 'cancelled', { cause: signal.reason })
}
