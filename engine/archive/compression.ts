/** How a stream is compressed is read from its first bytes: what a type or a name says about it is often wrong. */

import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { EngineError } from '../errors.ts'

export type Compression = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz'

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
]

/** The compression whose mark `head` begins with. */
export function detectCompression(head: Uint8Array): Compression {
  return MAGIC.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0] ?? 'none'
}

/** The plain bytes of `source`, whatever it came as; `onDetected` is told before the first of them. Throws `invalid` for damaged data and for bzip2 and xz. */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  onDetected: (compression: Compression) => void = () => {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { compression, whole } = await peekCompression(source)
  onDetected(compression)
  switch (compression) {
    case 'none':
      yield* whole
      return
    case 'bzip2':
    case 'xz':
      throw new EngineError(
        'invalid',
        `the archive is compressed with ${compression}, which is not supported: decompress it first, or use gzip or zstd`,
      )
  }
  const engine = compression === 'gzip' ? createGunzip({ chunkSize: 128 * 1024 }) : createZstdDecompress()
  const input = Readable.from(whole, { objectMode: false, highWaterMark: 256 * 1024 })
  // A failing source must fail the consumer: pipe() alone passes no errors on.
  input.on('error', (error) => engine.destroy(error))
  input.pipe(engine)
  try {
    yield* engine as AsyncIterable<Buffer>
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const code = (cause as NodeJS.ErrnoException).code ?? ''
    if (!code.startsWith('Z_') && !code.startsWith('ZSTD_')) throw cause
    throw new EngineError(
      'invalid',
      `the archive's ${compression} data is damaged: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  } finally {
    input.destroy()
    engine.destroy()
  }
}

/** How `source` is compressed, and all of its bytes again. */
export async function peekCompression(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly compression: Compression; readonly whole: AsyncGenerator<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < 6) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return { compression: detectCompression(head), whole: rejoin(head, iterator) }
}

/** A stream whose first bytes have been looked at. */
export async function* rejoin(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
