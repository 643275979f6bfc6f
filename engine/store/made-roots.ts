/** Roots that a build writes to, on top of layers: what was written becomes a layer, without being packed for it. */
import { randomBytes } from 'node:crypto'
import { sealUpper } from '../host/rooted-files.ts'
import type { Digest } from '../oci/descriptor.ts'
import { Digester } from '../oci/digest.ts'
import { throwIfAborted } from './blobs.ts'
import type { Layers } from './layers.ts'
import type { Layout } from './layout.ts'
import type { Rootfs } from './rootfs.ts'

/** Their ids begin so: no container has one, and what an engine that died has left is known by it. */
const PREFIX = 'build-'
/** The tar of nothing: two blocks of zeros. */
const EMPTY_TAR_BYTES = 1024

/** Whether `id` is of a build's root and not of a container. */
export function isMadeRoot(id: string): boolean {
  return id.startsWith(PREFIX)
}

/** A writable root. Whoever has it must `adopt` or `discard` it; a recovery discards what is left. */
export interface MadeRoot {
  readonly id: string
  /** Of what is below it, bottom first. */
  readonly diffIds: readonly Digest[]
  /** The folder that holds what is written, alone: for whoever knows what is below. */
  readonly upper: string
  /** Mounts it, or finds it mounted; answers where. */
  mount(): Promise<string>
  /** Unmounts it. Idempotent. */
  unmount(): Promise<void>
  /** Makes a durable layer of what was written; null when that is nothing. The root is gone afterwards. */
  adopt(signal?: AbortSignal): Promise<{ readonly diffId: Digest; readonly sizeBytes: number } | null>
  /** Unmounts and removes it. Idempotent. */
  discard(): Promise<void>
}

/** What roots are made of. `claim` keeps what it names from being collected. */
export interface MadeRootParts {
  readonly layout: Layout
  readonly layers: Layers
  readonly rootfs: Rootfs
  readonly claim: (digest: Digest) => Promise<void>
}

/** A root on top of layers that the store has. */
export async function makeRoot(parts: MadeRootParts, diffIds: readonly Digest[]): Promise<MadeRoot> {
  const { layout, layers, rootfs, claim } = parts
  const id = `${PREFIX}${randomBytes(8).toString('hex')}`
  for (const diffId of diffIds) await claim(diffId)
  const { upper, merged, links } = await rootfs.own(id)
  return {
    id,
    diffIds,
    upper,
    mount: async () => (await rootfs.mount(id, diffIds)).path,
    unmount: () => rootfs.unmount(id),
    discard: () => rootfs.remove(id),
    async adopt(signal) {
      await rootfs.unmount(id)
      const below = diffIds.length > 0 ? await rootfs.lowerOptions(diffIds) : ''
      // Where nothing is below, `work` itself is looked at.
      const work = below === '' ? layout.empty : merged
      const { tar, tally } = sealUpper(upper, work, below, links)
      const digester = new Digester()
      for await (const chunk of tar) {
        throwIfAborted(signal)
        digester.update(chunk)
      }
      if (digester.size === EMPTY_TAR_BYTES) {
        await rootfs.remove(id)
        return null
      }
      const diffId = digester.digest()
      await claim(diffId)
      await layers.adopt({ folder: upper, diffId, tarBytes: digester.size, ...tally() })
      await rootfs.remove(id)
      return { diffId, sizeBytes: tally().sizeBytes }
    },
  }
}
