/**
 * What it takes to write an unpacked layer's tar again, byte for byte: everything of it but the contents of its files,
 * which are read from where they are. A layer that came without compression is not kept twice that way.
 *
 * The file is zstd of a sequence of pieces: `R`, a u32 length and bytes as they are; or `F`, a u32 length, a path below
 * the layer's root (bytes) and the u64 size of that file. All little endian.
 */
import { constants, createReadStream } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ByteReader } from '../archive/byte-reader.ts'
import type { BodyPlace } from '../archive/rewrite-layer.ts'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'

const RAW = 'R'
const FILE = 'F'
const CHUNK_BYTES = 256 * 1024
/** Contents shorter than this are kept in the recipe: a file each to open costs more. */
const INLINE_BYTES = 512

/**
 * Writes the recipe of the plain tar in the file `tar` to `path`. `bodies` says which of its bytes are the contents of
 * which files below `folder`; what is not found there as said is kept as it is.
 */
export async function writeRecipe(
  disk: Disk,
  path: string,
  tar: { readonly path: string; readonly sizeBytes: number },
  bodies: readonly BodyPlace[],
  folder: string,
): Promise<void> {
  const source = await open(tar.path, 'r')
  const out = await disk.create(path, 0o600)
  try {
    const packed = createZstdCompress()
    const written = (async () => {
      let at = 0
      for await (const chunk of packed as AsyncIterable<Buffer>) {
        await out.write([chunk], at)
        at += chunk.length
      }
    })()
    let waiting: Uint8Array[] = []
    let waitingBytes = 0
    // Compression is another thread's work: a visit for each small piece would cost more than it does.
    const flush = () =>
      new Promise<void>((resolve, reject) => {
        packed.write(Buffer.concat(waiting, waitingBytes), (error) => (error ? reject(error) : resolve()))
        waiting = []
        waitingBytes = 0
      })
    const put = async (bytes: Uint8Array) => {
      waiting.push(bytes)
      waitingBytes += bytes.length
      if (waitingBytes >= CHUNK_BYTES) await flush()
    }
    const putRaw = async (from: number, to: number) => {
      for (let at = from; at < to; ) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - at))
        const { bytesRead } = await source.read(bytes, 0, bytes.length, at)
        if (bytesRead === 0) throw new EngineError('internal', `${tar.path} is shorter than it was`)
        await put(head(RAW, bytesRead))
        await put(bytes.subarray(0, bytesRead))
        at += bytesRead
      }
    }
    let done = 0
    for (const body of bodies) {
      if (body.sizeBytes < INLINE_BYTES || !(await isThere(folder, body))) continue
      await putRaw(done, body.offset)
      const name = Buffer.from(body.path, 'latin1')
      const size = Buffer.alloc(8)
      size.writeBigUInt64LE(BigInt(body.sizeBytes))
      await put(Buffer.concat([head(FILE, name.length), name, size]))
      done = body.offset + body.sizeBytes
    }
    await putRaw(done, tar.sizeBytes)
    await flush()
    packed.end()
    await written
  } finally {
    await out.close()
    await source.close()
  }
}

/** The tar that a recipe describes. Throws `invalid` when a file is not as it was; whoever reads checks the digest. */
export async function* readRecipe(path: string, folder: string): AsyncGenerator<Uint8Array, void, undefined> {
  const packed = createReadStream(path)
  const plain = createZstdDecompress()
  packed.on('error', (error) => plain.destroy(error))
  packed.pipe(plain)
  const reader = new ByteReader(plain as AsyncIterable<Buffer>)
  try {
    for (let piece = await reader.read(5); piece; piece = await reader.read(5)) {
      const length = piece.readUInt32LE(1)
      if (piece.toString('latin1', 0, 1) === RAW) {
        yield* reader.chunks(length)
        continue
      }
      const rest = await reader.read(length + 8)
      if (!rest) throw new EngineError('invalid', `${path} is damaged`)
      yield* contents(placeOf(folder, rest.subarray(0, length)), Number(rest.readBigUInt64LE(length)))
    }
  } finally {
    packed.destroy()
    plain.destroy()
  }
}

async function* contents(path: Buffer, sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: Error) => {
    throw new EngineError('invalid', `the layer's file ${path.toString()} cannot be read: ${cause.message}`, {
      cause,
    })
  })
  try {
    for (let left = sizeBytes; left > 0; ) {
      const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, sizeBytes - left)
      if (bytesRead === 0) {
        throw new EngineError(
          'invalid',
          `the layer's file ${path.toString()} is shorter than it was unpacked`,
        )
      }
      yield bytes.subarray(0, bytesRead)
      left -= bytesRead
    }
  } finally {
    await file.close()
  }
}

async function isThere(folder: string, body: BodyPlace): Promise<boolean> {
  const stat = await lstat(placeOf(folder, Buffer.from(body.path, 'latin1'))).catch(() => null)
  return stat?.isFile() === true && stat.size === body.sizeBytes
}

/** Names in a tar are bytes, and need not be text. */
function placeOf(folder: string, path: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), path])
}

function head(kind: string, length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.write(kind, 0, 'latin1')
  bytes.writeUInt32LE(length, 1)
  return bytes
}
