/** Pruning by a plan: observe, plan, and later remove those of its steps that still hold. */
import type { PruneKind, PrunePlan, PruneRequest, PruneResult } from '../../api/longshore/prune.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import { removeContainer } from '../containers/remove.ts'
import { checkFilters, type Filters, labelsFit } from '../filters.ts'
import type { Images } from '../images/images.ts'
import type { NetworkService } from '../networks/network-service.ts'
import { membersOf } from '../networks/network-wire.ts'
import { pruneUntil } from '../prune-until.ts'
import { imagesOf, isBusy, observe, type PruneParts } from './observe.ts'
import { type PruneWish, planPrune } from './plan.ts'

/** The wish of a request: see engine/api/longshore/prune.ts. */
export type PruneQuery = Omit<PruneWish, 'fits'> & { readonly filters: Filters }

const ORDER: Readonly<Record<PruneKind, number>> = { container: 0, network: 1, volume: 2, image: 3 }

export class PruneService {
  readonly #seen: PruneParts
  readonly #images: Images
  readonly #networks: NetworkService

  constructor(seen: PruneParts, images: Images, networks: NetworkService) {
    this.#seen = seen
    this.#images = images
    this.#networks = networks
  }

  /** Changes nothing. Throws `invalid` for filters that are none. */
  async plan({ filters, ...wish }: PruneQuery): Promise<PrunePlan> {
    checkFilters(filters, ['label', 'label!', 'until'])
    const until = pruneUntil(filters)
    const fits: PruneWish['fits'] = (labels, madeAt) =>
      labelsFit(filters, labels) && (until === null || madeAt === null || madeAt < until)
    return planPrune(await observe(this.#seen, { ...wish, fits }), { ...wish, fits })
  }

  /** What has come to be needed since is left, and what cannot be removed; the rest goes. */
  async apply({ steps }: PruneRequest): Promise<PruneResult> {
    const removed: { kind: PruneKind; id: string }[] = []
    const left: { kind: PruneKind; id: string; why: string }[] = []
    let bytes = 0
    for (const { kind, id } of steps.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind])) {
      try {
        bytes += await this.#remove(kind, id)
        removed.push({ kind, id })
      } catch (error) {
        if (!isEngineError(error)) throw error
        left.push({ kind, id, why: error.message })
      }
    }
    return { removed, left, bytes }
  }

  /** Answers the bytes that it freed. */
  async #remove(kind: PruneKind, id: string): Promise<number> {
    const { parts, images } = this.#seen
    switch (kind) {
      case 'container': {
        const container = parts.registry.find(id)
        if (isBusy(container))
          throw new EngineError('conflict', `container ${container.name} is in use again`)
        const size = await parts.sizes.container(container)
        await removeContainer(parts, container, { force: false, volumes: false })
        return size
      }
      case 'network': {
        const network = parts.networkRegistry.find(id)
        if (membersOf(parts, network).length > 0)
          throw new EngineError('conflict', `network ${network.name} has a container again`)
        await this.#networks.remove(network.id)
        return 0
      }
      case 'volume': {
        const size = await parts.volumes.sizeBytes(id).catch(() => 0)
        await parts.volumes.remove(id, { force: false })
        return size
      }
      case 'image': {
        if ([...parts.registry.all()].some((container) => imagesOf(container).includes(id)))
          throw new EngineError('conflict', `image ${id.slice(7, 19)} has a container again`)
        const before = await layerBytes(this.#seen)
        const image = images.all().find((each) => each.id === id)
        if (!image) throw new EngineError('not-found', `No such image: ${id}`)
        await this.#images.remove(id, { force: true, noprune: true })
        return before - (await layerBytes(this.#seen))
      }
    }
  }
}

/** Bytes of every layer that an image has. */
async function layerBytes({ parts, images }: PruneParts): Promise<number> {
  const layers = new Set(images.all().flatMap(({ config }) => config.rootfs.diff_ids))
  const sizes = await Promise.all([...layers].map((diffId) => parts.store.layerSizeBytes(diffId)))
  return sizes.reduce((sum, size) => sum + size, 0)
}
