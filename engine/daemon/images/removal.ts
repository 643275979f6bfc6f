/** Taking images away: by name, by platform, or all that nobody needs. The plan is made first, then carried out. */
import type { ImageDeleteItem, ImagePruneResponse } from '../../api/image.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { parsePlatformJson } from '../../oci/platform.ts'
import type { ImageRecord } from '../../store/store.ts'
import { booleanFilter, checkFilters, type Filters } from '../filters.ts'
import { emitImage } from './emit.ts'
import { filterImages } from './filter.ts'
import { findImage, findVariant } from './find.ts'
import type { ImagesOptions, RemoveParameters } from './parameters.ts'
import { hasChildImages, isNamed } from './parents.ts'
import { deletedLayers, planRemoval, type RemovalPlan } from './remove.ts'
import { siblingsOf } from './variants.ts'

/** Nothing stands against it. */
const ALONE = { force: true, hasChildren: false } as const

/** Removals of one engine. */
export class Removal {
  readonly #options: Pick<ImagesOptions, 'store' | 'records' | 'usedBy' | 'inUse' | 'results' | 'emit'>

  constructor(options: Pick<ImagesOptions, 'store' | 'records' | 'usedBy' | 'inUse' | 'results' | 'emit'>) {
    this.#options = options
  }

  /** Takes a name away, or the image with all its names: see `planRemoval`. */
  async remove(nameOrId: string, options: RemoveParameters): Promise<readonly ImageDeleteItem[]> {
    const { records, store, usedBy, inUse, results } = this.#options
    const platforms = options.platforms?.map(parsePlatformJson) ?? []
    if (platforms.length > 0) return this.#removePlatforms(nameOrId, platforms, options.force)
    const found = findImage(records, nameOrId)
    const plan = planRemoval(found, usedBy(found.image.id), this.#how(found.image, options.force))
    const siblings = siblingsOf(records, found.image)
    const items = [...this.#apply(found.image, plan)]
    // Its other platforms had no name but this one.
    const orphans = siblings.every(({ references }) => references.length === 0) ? siblings : []
    if (plan.rest === null && found.image.references.length > 0)
      for (const image of orphans)
        if (usedBy(image.id).length === 0)
          items.push(...this.#apply(image, planRemoval({ by: 'id', image }, [], ALONE)))
    if (plan.rest === null) {
      if (!options.noprune) items.push(...this.#removeUnusedAbove(found.image))
      await store.collect(inUse(), results())
    }
    return items
  }

  /** Some of the platforms that a name stands for; the name stays with the others, as long as there is one. */
  async #removePlatforms(
    nameOrId: string,
    platforms: readonly Platform[],
    force: boolean,
  ): Promise<readonly ImageDeleteItem[]> {
    const { records, store, usedBy, inUse, results } = this.#options
    const chosen = platforms.map((platform) => findVariant(records, nameOrId, platform).image)
    for (const image of chosen) planRemoval({ by: 'id', image }, usedBy(image.id), this.#how(image, true))
    const items: ImageDeleteItem[] = []
    for (const { id } of chosen) {
      const image = records.get(id)
      if (!image) continue
      const [heir] = siblingsOf(records, image).filter((other) => !chosen.some((one) => one.id === other.id))
      if (!heir) {
        items.push(
          ...this.#apply(image, planRemoval({ by: 'id', image }, usedBy(id), this.#how(image, force))),
        )
        continue
      }
      records.put({ ...heir, references: [...heir.references, ...image.references] })
      items.push(...this.#apply({ ...image, references: [] }, { untagged: [], told: 0, rest: null }))
    }
    await store.collect(inUse(), results())
    return items
  }

  /** POST /images/prune: images without a name, with `dangling=false` all that no container uses. */
  async prune(filters: Filters): Promise<ImagePruneResponse> {
    const { records, store, usedBy, inUse, results } = this.#options
    checkFilters(filters, ['dangling', 'label', 'label!', 'until'])
    const all = booleanFilter(filters, 'dangling') === false
    const others = new Map([...filters].filter(([name]) => name !== 'dangling'))
    const rows = filterImages(records, others, { all })
    const unused = rows.filter(
      ({ image }) =>
        usedBy(image.id).length === 0 &&
        (all || image.references.length === 0) &&
        !hasChildImages(records, image.id),
    )
    const items: ImageDeleteItem[] = []
    for (const { image } of unused) {
      const plan = planRemoval({ by: 'id', image }, [], ALONE)
      items.push(...this.#apply(image, plan), ...this.#removeUnusedAbove(image))
    }
    const freed = await store.collect(inUse(), results())
    const attributes = { reclaimed: String(freed) }
    this.#options.emit({ Type: 'image', Action: 'prune', Actor: { ID: '', Attributes: attributes } })
    return { ImagesDeleted: items.length > 0 ? items : null, SpaceReclaimed: freed }
  }

  /** Images that were there only for the one removed: nameless, without other children, and without containers. */
  #removeUnusedAbove(image: ImageRecord): readonly ImageDeleteItem[] {
    const { records, usedBy } = this.#options
    const parent = image.parent === undefined ? undefined : records.get(image.parent)
    if (!parent || isNamed(parent)) return []
    if (hasChildImages(records, parent.id) || usedBy(parent.id).length > 0) return []
    const gone = { untagged: [], told: 0, rest: null }
    return [...this.#apply(parent, gone), ...this.#removeUnusedAbove(parent)]
  }

  #how({ id }: ImageRecord, force: boolean) {
    return { force, hasChildren: hasChildImages(this.#options.records, id) }
  }

  /** Carries a plan out in the records and tells of it; the content goes with the next collection. */
  #apply(image: ImageRecord, plan: RemovalPlan): readonly ImageDeleteItem[] {
    const { records, inUse, results, emit } = this.#options
    const items: ImageDeleteItem[] = plan.untagged.map((name) => ({ Untagged: name }))
    if (plan.rest) {
      records.put(plan.rest)
    } else {
      records.remove(image.id)
      const others = [...records.all().map(({ config }) => config.rootfs.diff_ids), ...inUse(), ...results()]
      items.push({ Deleted: image.id }, ...deletedLayers(image, others))
    }
    for (let told = 0; told < plan.told; told++) emitImage(emit, 'untag', image.id, image.id, image)
    if (plan.rest === null) emitImage(emit, 'delete', image.id, image.id, image)
    return items
  }
}
