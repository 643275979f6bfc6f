/** GET /system/df: what of the disk is used by what. */
import type { ContainerSummary } from '../../api/container.ts'
import type { BuildCacheItem, DiskUsage, DiskUsageKind } from '../../api/system.ts'
import type { ImageRecord } from '../../store/store.ts'
import type { Containers } from '../containers/containers.ts'
import type { Parts } from '../containers/parts.ts'
import type { Images } from '../images/images.ts'

const ALL: readonly DiskUsageKind[] = ['container', 'image', 'volume', 'build-cache']

/** What is looked at. */
export interface UsageParts {
  readonly parts: Parts
  readonly containers: Containers
  readonly images: Images
  readonly records: { all(): readonly ImageRecord[] }
  readonly builds: { readonly cache: { usage(): Promise<readonly BuildCacheItem[]> } }
}

/** The kinds that are asked for; without any, all. */
export async function diskUsage(
  { parts, containers, images, records, builds }: UsageParts,
  kinds: ReadonlySet<DiskUsageKind> = new Set(ALL),
): Promise<DiskUsage> {
  const none = new Map<string, readonly string[]>()
  const [rows, imageRows, layers, volumes] = await Promise.all([
    kinds.has('container')
      ? containers.list({ all: true, limit: 0, size: true, filters: none }).then(parse)
      : null,
    kinds.has('image')
      ? images.list({ all: true, sharedSize: true, descriptors: false, manifests: false, filters: none })
      : null,
    kinds.has('image') ? layerBytes(parts, records.all()) : 0,
    kinds.has('volume') ? parts.volumes.usage(parts.sizes) : null,
  ])
  return {
    LayersSize: layers,
    Images: imageRows,
    Containers: rows,
    Volumes: volumes,
    BuildCache: kinds.has('build-cache') ? await builds.cache.usage() : null,
  }
}

/** The list gives its rows as text. */
function parse(text: string): readonly ContainerSummary[] {
  return JSON.parse(text) as readonly ContainerSummary[]
}

/** Unpacked bytes of every layer once. */
async function layerBytes({ store }: Parts, images: readonly ImageRecord[]): Promise<number> {
  const layers = new Set(images.flatMap(({ config }) => config.rootfs.diff_ids))
  const sizes = await Promise.all([...layers].map((diffId) => store.layerSizeBytes(diffId)))
  return sizes.reduce((sum, size) => sum + size, 0)
}
