/** Roots that a build writes to, on top of layers: what was written becomes a layer, without being packed for it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { decompress } from '../archive/compression.ts'
import { frames } from '../archive/frames.ts'
import { type CopyFrame, copyFiles } from '../host/copy-files.ts'
import { listTree, sealUpper, type TreeListing, tellTree, writeToView } from '../host/rooted-files.ts'
import type { Digest } from '../oci/descriptor.ts'
import { Digester } from '../oci/digest.ts'
import { throwIfAborted } from './blobs.ts'
import { withoutRareCompression } from './decompress.ts'
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
  /**
   * Copies files into it, mounted or not. Sources are folders of the host (a path) or layers (bottom first), which the
   * store must have. What is there already stays as it is beneath.
   */
  copy(
    sources: readonly (string | readonly Digest[])[],
    frames: Iterable<CopyFrame> | AsyncIterable<CopyFrame>,
    signal?: AbortSignal,
  ): Promise<void>
  /** Unpacks a tar, compressed or not, into the folder at `path`, which must be there. Mounts the root. */
  unpack(path: string, tar: AsyncIterable<Uint8Array>): Promise<void>
  /** Mounts it, or finds it mounted; answers where. */
  mount(): Promise<string>
  /** Unmounts it. Idempotent. */
  unmount(): Promise<void>
  /**
   * Makes a layer of what was written; null when that is nothing. The root is gone afterwards. The layer is durable some
   * time later; an image of it waits for that.
   */
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

/** What layers show together, for the helper: one's own folder, or the options of an overlay. */
async function seen(
  { layout, rootfs }: Pick<MadeRootParts, 'layout' | 'rootfs'>,
  diffIds: readonly Digest[],
): Promise<string> {
  const [first] = diffIds
  if (first === undefined) return layout.empty
  const one = new Set(diffIds).size === 1
  return one ? join(layout.layer(first), 'diff') : await rootfs.imageOptions(diffIds)
}

/** What layers show together at `path`, links followed. Throws `not-found`. */
export async function listLayers(
  parts: Pick<MadeRootParts, 'layout' | 'rootfs'>,
  diffIds: readonly Digest[],
  path: string,
): Promise<TreeListing> {
  const { empty, links } = parts.layout
  return listTree(empty, await seen(parts, diffIds), links, path)
}

/** A digest of what layers show at these paths, without times. A path with a slash at its end is of the folder alone. */
export async function digestInLayers(
  parts: Pick<MadeRootParts, 'layout' | 'rootfs'>,
  diffIds: readonly Digest[],
  paths: Iterable<string>,
): Promise<Digest> {
  const { empty, links } = parts.layout
  const digester = new Digester()
  for await (const chunk of tellTree(empty, await seen(parts, diffIds), links, paths)) digester.update(chunk)
  return digester.digest()
}

/** A root on top of layers that the store has. */
export async function makeRoot(parts: MadeRootParts, diffIds: readonly Digest[]): Promise<MadeRoot> {
  const { layout, layers, rootfs, claim } = parts
  const id = `${PREFIX}${randomBytes(8).toString('hex')}`
  for (const diffId of diffIds) await claim(diffId)
  const { upper, merged, links } = await rootfs.own(id)
  let mounted = false
  const mount = async () => {
    mounted = true
    return (await rootfs.mount(id, diffIds)).path
  }
  const seenIn = (layersOf: readonly Digest[]) => seen(parts, layersOf)
  return {
    id,
    diffIds,
    upper,
    mount,
    async unpack(path, tar) {
      const view = { root: await mount(), binds: [] }
      const content = frames(decompress(withoutRareCompression(tar)))
      await writeToView(view, path, { keepKinds: false, owner: null }, content)
    },
    async unmount() {
      await rootfs.unmount(id)
      mounted = false
    },
    async copy(sources, what, signal) {
      const places = {
        out: mounted ? merged : upper,
        below: mounted || diffIds.length === 0 ? null : await seenIn(diffIds),
        work: layout.empty,
        sources: await Promise.all(
          sources.map(async (source) => (typeof source === 'string' ? source : seenIn(source))),
        ),
        cwd: links,
      }
      await copyFiles(places, what, signal)
    },
    discard: () => rootfs.remove(id),
    async adopt(signal) {
      await rootfs.unmount(id)
      mounted = false
      const { tar, tally } = sealUpper(upper, layout.empty, await seenIn(diffIds), links)
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
