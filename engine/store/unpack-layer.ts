/** Unpacking one layer while the rest of it still comes. */
import { decompress } from '../archive/compression.ts'
import { type LayerTally, ReplacedFolder, replacedFolders, rewriteLayer } from '../archive/rewrite-layer.ts'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'
import { unpackTar } from '../host/tar.ts'
import type { Digest } from '../oci/descriptor.ts'
import { Digester } from '../oci/digest.ts'
import type { LayerSource } from './layer-shapes.ts'
import type { Spool } from './spool.ts'

/** A layer that is being received into `spool`, and the empty folder that it goes to. */
export interface Unpacking {
  readonly layer: LayerSource
  readonly spool: Spool
  /** Resolves when all of it is there. */
  readonly receiving: Promise<{ readonly digest: Digest }>
  readonly folder: string
}

/**
 * Unpacks it and makes sure that it is what its image says. What fails makes the receiving fail too. Throws `invalid`
 * for a layer that is not the one that was asked for, or that cannot be trusted.
 */
export async function unpackLayer(
  { layer, spool, receiving, folder }: Unpacking,
  disk: Disk,
  rootless: boolean,
): Promise<{ readonly diffId: Digest; readonly tally: LayerTally }> {
  let whole = false
  let asItCame = false
  receiving.then(
    () => {
      whole = true
    },
    () => {},
  )
  const progress = () =>
    counting(spool.read(), (current) => {
      if (whole) layer.onProgress?.({ phase: 'extracting', current, total: spool.written })
    })
  const options = { rootless, whiteouts: layer.whiteouts ?? true }
  const unpack = async (replaced?: ReadonlyMap<string, number>) => {
    const digester = new Digester()
    const tally: LayerTally = { entries: 0, sizeBytes: 0 }
    // What is not compressed is hashed as it comes in: once is enough.
    const plain = digestedUnless(
      () => asItCame,
      decompress(progress(), (compression) => {
        asItCame = compression === 'none'
      }),
      digester,
    )
    await unpackTar(folder, rewriteLayer(plain, replaced ? { ...options, replaced } : options, tally))
    return { digester, tally }
  }
  const unpacked = await unpack()
    .catch(async (error: unknown) => {
      if (!(error instanceof ReplacedFolder)) throw error
      // Rare, and only known when it comes: once more, without what is replaced later.
      const replaced = await replacedFolders(decompress(spool.read()), options)
      await disk.removeTree(folder)
      await disk.mkdir(folder, 0o755)
      return unpack(replaced)
    })
    .catch((error: unknown) => {
      spool.fail(error)
      throw error
    })
  const { digester, tally } = unpacked
  const diffId = asItCame ? (await receiving).digest : digester.digest()
  if (layer.diffId !== null && layer.diffId !== diffId) {
    throw new EngineError(
      'invalid',
      `the layer ${layer.expected?.digest ?? ''} unpacks to ${diffId}, but its image says ${layer.diffId}: it is not to be trusted, and nothing of it is kept`,
    )
  }
  return { diffId, tally }
}

/** Passes `source` on, and lets `digester` see it unless `skip` says otherwise. */
async function* digestedUnless(skip: () => boolean, source: AsyncIterable<Uint8Array>, digester: Digester) {
  for await (const chunk of source) {
    if (!skip()) digester.update(chunk)
    yield chunk
  }
}

async function* counting(source: AsyncIterable<Uint8Array>, report: (bytes: number) => void) {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    yield chunk
    report(bytes)
  }
}
