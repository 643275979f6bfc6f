/** What an image's name stands for: an index kept whole, and which of its images are here (Engine API 1.47). */
import type { ImageManifestSummary } from '../../api/image.ts'
import type { Descriptor, Digest, Index } from '../../oci/descriptor.ts'
import { OCI_MANIFEST } from '../../oci/media-types.ts'
import { parseManifest } from '../../oci/parse.ts'
import { platformMatches } from '../../oci/platform.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import { platformOf } from './platforms.ts'
import { isAttestation } from './registry-inspection.ts'
import { siblingsOf } from './variants.ts'

/** What the name stands for. */
export interface Target {
  readonly descriptor: Descriptor
  /** Null when it is one image alone. */
  readonly index: Index | null
}

/** The newest index that the image was pulled from, else its own manifest. */
export async function targetOf(store: Store, image: ImageRecord): Promise<Target> {
  for (const name of image.repoDigests.toReversed()) {
    const digest = name.slice(name.indexOf('@') + 1) as Digest
    if (digest === image.manifestDigest) continue
    const size = await store.blobSizeBytes(digest)
    if (size === 0) continue // pulled by an older version, which kept no index
    const parsed = parseManifest(await store.readDocument(digest))
    if (parsed.kind !== 'index') continue
    return {
      descriptor: { mediaType: parsed.index.mediaType ?? '', digest, size },
      index: parsed.index,
    }
  }
  const size = await store.blobSizeBytes(image.manifestDigest)
  const mediaType = image.manifest.mediaType ?? OCI_MANIFEST
  return { descriptor: { mediaType, digest: image.manifestDigest, size }, index: null }
}

/** A row for each manifest that the name stands for. `containersOf` tells who uses an image. */
export async function manifestsOf(
  store: Store,
  records: ImageRecords,
  image: ImageRecord,
  containersOf: (id: Digest) => readonly string[],
): Promise<readonly ImageManifestSummary[]> {
  const { descriptor, index } = await targetOf(store, image)
  const images = [image, ...siblingsOf(records, image)]
  const entries = index?.manifests ?? [{ ...descriptor, platform: platformOf(image) }]
  return entries.map((entry) => {
    const own = images.find((one) => isEntry(entry, one))
    return summary(entry, own, own ? containersOf(own.id) : [])
  })
}

/** The same image may be here with layers compressed otherwise, as it was loaded: then its manifest is another. */
function isEntry({ digest, platform }: Descriptor, image: ImageRecord): boolean {
  if (image.manifestDigest === digest) return true
  const own = platformOf(image)
  return platform !== undefined && platformMatches(platform, own) && platformMatches(own, platform)
}

function summary(
  entry: Descriptor,
  image: ImageRecord | undefined,
  containers: readonly string[],
): ImageManifestSummary {
  const parts = image ? [image.manifest.config, ...image.manifest.layers] : []
  const content = image ? parts.reduce((sum, { size }) => sum + size, entry.size) : 0
  const unpacked = image?.sizeBytes ?? 0
  const common = {
    ID: entry.digest,
    Descriptor: entry,
    Available: image !== undefined,
    Size: { Content: content, Total: content + unpacked },
  }
  if (isAttestation(entry)) {
    const subject = entry.annotations?.['vnd.docker.reference.digest'] ?? ''
    return { ...common, Kind: 'attestation', AttestationData: { For: subject } }
  }
  const platform = entry.platform ?? (image ? platformOf(image) : undefined)
  if (platform === undefined) return { ...common, Kind: 'unknown' }
  const data = { Platform: platform, Containers: containers, Size: { Unpacked: unpacked } }
  return { ...common, Kind: 'image', ImageData: data }
}
