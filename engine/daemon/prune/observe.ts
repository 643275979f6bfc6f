/** What a prune plan is made of: everything that there is, with its bytes, looked at once. */
import type { ImageRecord } from '../../store/store.ts'
import type { Container } from '../containers/container.ts'
import type { Parts } from '../containers/parts.ts'
import { statusText } from '../containers/status-text.ts'
import { createdSeconds } from '../images/views.ts'
import { membersOf } from '../networks/network-wire.ts'
import type { PruneWish, Seen, SeenContainer, SeenImage } from './plan.ts'

/** What is looked at. */
export interface PruneParts {
  readonly parts: Parts
  readonly images: { all(): readonly ImageRecord[] }
}

/** Sizes only of what `wish` may take: finding them out costs a walk. */
export async function observe({ parts, images }: PruneParts, wish: PruneWish): Promise<Seen> {
  const { registry, networkRegistry, volumes, sizes } = parts
  const now = Date.now()
  const [containers, volumeRows, imageRows] = await Promise.all([
    Promise.all([...registry.all()].map((container) => seeContainer(parts, container, wish, now))),
    wish.volumes === 'none' ? [] : volumes.usage(sizes),
    Promise.all(images.all().map((image) => seeImage(parts, image))),
  ])
  return {
    containers,
    networks: networkRegistry.all().flatMap((network) => {
      const { id, name, record, builtIn } = network
      if (builtIn || record === null) return []
      const madeAt = Date.parse(record.created)
      return [{ id, name, madeAt, labels: record.labels, members: membersOf(parts, network).length }]
    }),
    volumes: volumeRows.map(({ Name, Labels, UsageData }) => ({
      name: Name,
      anonymous: volumes.isAnonymous(Name),
      labels: Labels ?? {},
      bytes: Math.max(0, UsageData?.Size ?? 0),
    })),
    images: imageRows,
  }
}

/** True when a prune may not touch it. */
export function isBusy({ up, pendingRestart, phase }: Container): boolean {
  return up || pendingRestart !== null || phase !== 'rest'
}

/** The images that it cannot do without: its own and those that it mounts. */
export function imagesOf({ definition }: Container): readonly string[] {
  const mounted = definition.mounts.flatMap((mount) => (mount.kind === 'image' ? [mount.imageId] : []))
  return [definition.imageId, ...mounted]
}

async function seeContainer(
  { sizes }: Parts,
  container: Container,
  wish: PruneWish,
  now: number,
): Promise<SeenContainer> {
  const { id, name, definition, standing } = container
  const busy = isBusy(container)
  return {
    id,
    name,
    busy,
    status: statusText(standing.life, now),
    madeAt: Date.parse(definition.created),
    labels: definition.config.Labels,
    imageIds: imagesOf(container),
    volumes: definition.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.name] : [])),
    bytes: busy || !wish.containers ? 0 : await sizes.container(container),
  }
}

async function seeImage({ store }: Parts, image: ImageRecord): Promise<SeenImage> {
  const { id, references, config, parent } = image
  return {
    id,
    names: references,
    madeAt: createdSeconds(config) * 1000,
    labels: config.config?.Labels ?? {},
    parent: parent ?? null,
    layers: await Promise.all(
      config.rootfs.diff_ids.map(async (diffId) => ({ diffId, bytes: await store.layerSizeBytes(diffId) })),
    ),
  }
}
