/** `type=registry,ref=...`: a cache's manifest under a tag, or an image that has its cache within. */
import { EngineError, isEngineError } from '../../../errors.ts'
import type { Descriptor, Digest, Manifest } from '../../../oci/descriptor.ts'
import { hostPlatform } from '../../../oci/platform.ts'
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts'
import type { Credentials } from '../../../registry/authenticator.ts'
import type { Registry } from '../../../registry/registry.ts'
import { CACHE_CONFIG, decodeCache, decodeRecords, INLINE_FIELD } from './document.ts'
import type { CachePlace, FoundCache } from './place.ts'

/** The place that `ref` names. Nothing is sent yet. Throws `invalid` for what is no name. */
export function registryPlace(
  registry: Registry,
  ref: string,
  credentials: (domain: string) => Promise<Credentials>,
): CachePlace {
  const reference = withDefaultTag(parseReference(ref))
  const account = () => credentials(reference.domain)
  return {
    name: `registry ${familiarReference(reference)}`,
    read: async (signal) => {
      const repository = registry.repository(reference, await account())
      const found = await repository.resolve(hostPlatform(), { signal }).catch((error: unknown) => {
        if (isEngineError(error, 'not-found')) return null
        throw error
      })
      if (found === null) return null
      const { manifest } = found
      const document = parsed(await repository.document(manifest.config, { signal }))
      const cache = read(manifest, document)
      return cache && { ...cache, open: async (layer, either) => repository.blob(layer, { signal: either }) }
    },
    write: async (blobs, { descriptor, bytes }, { signal, begun }) => {
      const publication = registry.publication(reference, await account())
      for (const blob of blobs) {
        begun(blob.descriptor)
        await publication.blob(
          { descriptor: blob.descriptor, mountFrom: [], read: () => flow(blob.read) },
          { signal },
        )
      }
      await publication.manifest(reference.tag ?? 'latest', descriptor, bytes, { signal })
    },
  }
}

/** A cache's own manifest, or an image's with records in its config. */
export function read(manifest: Manifest, config: unknown): Pick<FoundCache, 'document'> | null {
  if (manifest.config.mediaType === CACHE_CONFIG) return { document: decodeCache(config) }
  const within = (config as Record<string, unknown> | null)?.[INLINE_FIELD]
  if (within === undefined) return null
  const layers = layersOf(manifest, config)
  return { document: { records: decodeRecords(within, layers), layers } }
}

function layersOf(manifest: Manifest, config: unknown): ReadonlyMap<Digest, Descriptor> {
  const diffIds =
    (config as { readonly rootfs?: { readonly diff_ids?: readonly Digest[] } }).rootfs?.diff_ids ?? []
  return new Map(
    diffIds.flatMap((diffId, at) => (manifest.layers[at] ? [[diffId, manifest.layers[at]]] : [])),
  )
}

export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new EngineError('invalid', 'the build cache is damaged: it is not JSON', { cause })
  }
}

async function* flow(read: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await read()
}
