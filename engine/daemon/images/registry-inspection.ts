/** What a name in a registry stands for, seen without pulling: platforms, sizes, attestations. */
import type { RegistryInspection, RegistryManifest } from '../../api/longshore/registries.ts'
import type { Descriptor, Manifest, Platform } from '../../oci/descriptor.ts'
import { isLayerType } from '../../oci/media-types.ts'
import { parseConfig } from '../../oci/parse.ts'
import type { Fetched, Repository } from '../../registry/repository.ts'
import type { Following } from '../../registry/wire.ts'

/** BuildKit's annotations of an attestation in an index (buildkit docs/attestations/attestation-storage.md). */
const REFERENCE_TYPE = 'vnd.docker.reference.type'
const REFERENCE_DIGEST = 'vnd.docker.reference.digest'
const PREDICATE_TYPE = 'in-toto.io/predicate-type'

/** Entries of an index that are read at once. */
const AT_ONCE = 8

/** Is this entry of an index a statement about another one? */
export function isAttestation({ annotations = {} }: Descriptor): boolean {
  return annotations[REFERENCE_TYPE] === 'attestation-manifest'
}

/** Reads the index and every manifest in it. Throws what `Repository.manifest` throws; an entry that is lost has no layers. */
export async function inspectRemote(
  repository: Repository,
  following: Following,
): Promise<RegistryInspection> {
  const top = await repository.manifest(undefined, following)
  const { digest, mediaType } = top.descriptor
  if (top.parsed.kind === 'manifest') {
    const { manifest } = top.parsed
    const platform = await platformOfConfig(repository, manifest, following)
    return {
      digest,
      mediaType,
      isIndex: false,
      annotations: manifest.annotations ?? {},
      manifests: [view({ ...top.descriptor, ...(platform ? { platform } : {}) }, manifest)],
    }
  }
  const { index } = top.parsed
  const manifests: RegistryManifest[] = []
  for (let at = 0; at < index.manifests.length; at += AT_ONCE) {
    const entries = index.manifests.slice(at, at + AT_ONCE)
    const fetched = await Promise.all(
      entries.map((entry) => repository.manifest(entry.digest, following).catch(() => null)),
    )
    manifests.push(...entries.map((entry, each) => view(entry, manifestOf(fetched[each] ?? null))))
  }
  return { digest, mediaType, isIndex: true, annotations: index.annotations ?? {}, manifests }
}

/** The platform that an image's config names; null for what is no image. */
export async function platformOfConfig(
  repository: Repository,
  manifest: Manifest,
  following: Following,
): Promise<Platform | null> {
  if (!manifest.layers.every(({ mediaType }) => mediaType === '' || isLayerType(mediaType))) return null
  const { os, architecture, variant } = parseConfig(await repository.document(manifest.config, following))
  return { architecture, os, ...(variant === undefined ? {} : { variant }) }
}

function view(entry: Descriptor, manifest: Manifest | null): RegistryManifest {
  const parts = manifest ? [manifest.config, ...manifest.layers] : []
  const attestation = isAttestation(entry)
  const isImage = !attestation && (manifest?.layers ?? []).every(({ mediaType }) => isLayerType(mediaType))
  return {
    digest: entry.digest,
    mediaType: entry.mediaType,
    kind: attestation ? 'attestation' : isImage ? 'image' : 'artifact',
    platform: attestation ? null : (entry.platform ?? null),
    sizeBytes: parts.reduce((sum, { size }) => sum + size, entry.size),
    layers: manifest?.layers.length ?? 0,
    subject: entry.annotations?.[REFERENCE_DIGEST] ?? null,
    predicates: (manifest?.layers ?? []).flatMap(({ annotations }) => annotations?.[PREDICATE_TYPE] ?? []),
    annotations: { ...manifest?.annotations, ...entry.annotations },
  }
}

function manifestOf(fetched: Fetched | null): Manifest | null {
  return fetched?.parsed.kind === 'manifest' ? fetched.parsed.manifest : null
}
