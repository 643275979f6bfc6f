/** The bytes of a layer as they come: into the spool, counted and verified. */
import { EngineError, isEngineError } from '../errors.ts'
import type { Descriptor, Digest } from '../oci/descriptor.ts'
import { Digester, digested } from '../oci/digest.ts'
import { throwIfAborted } from './blobs.ts'
import type { LayerSource } from './layer-shapes.ts'
import type { Spool } from './spool.ts'

/** Writes the bytes that come into the spool, verified against `expected` when it is given. */
export async function receive(
  layer: LayerSource,
  spool: Spool,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const digester = new Digester()
  const total = layer.expected?.size ?? 0
  try {
    for await (const chunk of digested(layer.source, digester)) {
      throwIfAborted(layer.signal)
      if (layer.expected && digester.size > total)
        throw wrong(layer.expected, `are more than the ${total} announced`)
      await spool.write(chunk)
      layer.onProgress?.({ phase: 'downloading', current: digester.size, total })
    }
    throwIfAborted(layer.signal)
    const digest = digester.digest()
    if (layer.expected && digester.size !== total) {
      throw wrong(layer.expected, `end after ${digester.size} of ${total}`)
    }
    if (layer.expected && digest !== layer.expected.digest)
      throw wrong(layer.expected, `have the digest ${digest}`)
    await spool.finish()
    layer.onProgress?.({ phase: 'downloaded' })
    return { digest, size: digester.size }
  } catch (error) {
    spool.fail(layer.signal?.aborted && !isEngineError(error) ? cancelled(error) : error)
    throw error
  }
}

function wrong(expected: Descriptor, how: string): EngineError {
  return new EngineError(
    'invalid',
    `filesystem layer verification failed for digest ${expected.digest}: the bytes received ${how}. Nothing of it is kept; try again, and if it stays so, the registry's copy is damaged.`,
  )
}

function cancelled(cause: unknown): EngineError {
  return new EngineError('cancelled', 'cancelled', { cause })
}
