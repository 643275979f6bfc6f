/**
 * The layers of an archive on their way into the store while the rest of the archive is still read. What an archive's
 * config says of its layers may stand at its end: so they are taken for what they are, and compared afterwards.
 */
import { type Compression, detectCompression } from '../../archive/compression.ts'
import type { Digest } from '../../oci/descriptor.ts'
import { isDigest } from '../../oci/digest.ts'
import type { Store } from '../../store/store.ts'
import { watchHead } from './local-image.ts'

/** A layer that was taken. */
export interface TakenLayer {
  readonly diffId: Digest
  readonly blob: { readonly digest: Digest; readonly size: number }
  readonly compression: Compression
}

/** As many are unpacked and made durable at once: one fills the disk while another fills the processor. */
const AT_ONCE = 3

export class LayerIntake {
  readonly #store: Store
  readonly #signal: AbortSignal
  readonly #running = new Set<Promise<unknown>>()

  constructor(store: Store, signal: AbortSignal) {
    this.#store = store
    this.#signal = signal
  }

  /** Begins to take a layer; resolves when its bytes are read. What goes wrong with it is told by `done` alone. */
  async take(body: AsyncIterable<Uint8Array>): Promise<{ readonly done: Promise<TakenLayer> }> {
    while (this.#running.size >= AT_ONCE) await Promise.race(this.#running)
    const head = { bytes: Buffer.alloc(0) }
    const { source, ended } = untilEnd(watchHead(body, head))
    const done = this.#store
      .addUnknownLayer(source, { whiteouts: true, signal: this.#signal })
      .then(({ diffId, blob }) => ({ diffId, blob, compression: detectCompression(head.bytes) }))
    const settled: Promise<unknown> = done
      .then(
        () => {},
        () => {},
      )
      .finally(() => this.#running.delete(settled))
    this.#running.add(settled)
    await Promise.race([ended, settled])
    return { done }
  }

  /** True when the name holds the digest of a layer that is here: it need not be unpacked to be known. */
  async knows(name: string): Promise<boolean> {
    const digest = `sha256:${/[0-9a-f]{64}(?!.*[0-9a-f]{64})/.exec(name)?.[0]}`
    return isDigest(digest) && this.#store.hasLayer(digest)
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#running)
  }
}

/** Passes `source` on; `ended` resolves when nothing more is read of it. */
function untilEnd(source: AsyncIterable<Uint8Array>): {
  readonly source: AsyncIterable<Uint8Array>
  readonly ended: Promise<void>
} {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  async function* passing() {
    try {
      yield* source
    } finally {
      end()
    }
  }
  return { source: passing(), ended }
}
