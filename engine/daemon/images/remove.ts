/** What removing an image by this name means, decided before anything is touched (Docker's rules). Pure. */
import type { ImageDeleteItem } from '../../api/image.ts'
import { EngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import { hexOf } from '../../oci/digest.ts'
import { familiar, familiarReference, formatReference, parseReference } from '../../oci/reference.ts'
import type { ImageRecord } from '../../store/store.ts'
import { chainIds } from './chain-ids.ts'
import type { Found } from './find.ts'

/** A container that was made from the image. */
export interface ImageUser {
  readonly id: string
  readonly running: boolean
}

/** What is left of the image: null when it goes altogether. */
export interface RemovalPlan {
  readonly untagged: readonly string[]
  /** How many of those are told as events: dockerd is silent about the digests that go along with a tag. */
  readonly told: number
  readonly rest: ImageRecord | null
}

/** Throws `conflict`, in Docker's words, when containers or other names stand against it. */
export function planRemoval(
  found: Found,
  users: readonly ImageUser[],
  options: {
    readonly force: boolean
    /** Other images were committed from containers of this one. */
    readonly hasChildren: boolean
  },
): RemovalPlan {
  const { image } = found
  if (found.by === 'id') {
    if (options.hasChildren) throw conflict(image, 'cannot be forced', 'image has dependent child images')
    return byId(image, users, options.force)
  }
  const { reference } = found
  const shown = familiarReference(reference)
  const plan = byName(image, formatReference(reference), shown, users, options.force)
  if (plan.rest !== null || !options.hasChildren) return plan
  // The name goes, the image stays for its children.
  return { ...plan, rest: { ...image, references: [], repoDigests: [] } }
}

function byName(
  image: ImageRecord,
  name: string,
  shown: string,
  users: readonly ImageUser[],
  force: boolean,
): RemovalPlan {
  const last = isSingleName(image)
  const [user] = users
  if (last && !force && user) {
    throw new EngineError(
      'conflict',
      `conflict: unable to remove repository reference "${shown}" (must force) - container ${short(user.id)} is using its referenced image ${shortImage(image.id)}`,
    )
  }
  const { name: repository } = parseReference(name)
  const byDigest = name.includes('@')
  const references = byDigest ? image.references : image.references.filter((other) => other !== name)
  // Digests stay as long as their repository has a tag here.
  const orphaned = !references.some((other) => parseReference(other).name === repository)
  const repoDigests = image.repoDigests.filter(
    (other) => other !== name && !(orphaned && !byDigest && parseReference(other).name === repository),
  )
  const untagged = [
    ...(image.references.includes(name) || image.repoDigests.includes(name) ? [name] : []),
    ...image.repoDigests.filter((other) => other !== name && !repoDigests.includes(other)),
  ].map(familiar)
  const rest = { ...image, references, repoDigests }
  if (references.length > 0 || repoDigests.length > 0) return { untagged, told: 1, rest }
  const running = users.find((one) => one.running)
  // Forced away from a running container: the name goes, the image stays.
  return { untagged, told: 1, rest: running ? rest : null }
}

function byId(image: ImageRecord, users: readonly ImageUser[], force: boolean): RemovalPlan {
  const running = users.find((one) => one.running)
  if (running) {
    throw conflict(image, 'cannot be forced', `image is being used by running container ${short(running.id)}`)
  }
  if (!force) {
    if (!isSingleName(image) && image.references.length + image.repoDigests.length > 0) {
      throw conflict(image, 'must be forced', 'image is referenced in multiple repositories')
    }
    const [stopped] = users
    if (stopped) {
      throw conflict(image, 'must be forced', `image is being used by stopped container ${short(stopped.id)}`)
    }
  }
  const untagged = [...image.references, ...image.repoDigests].map(familiar)
  return { untagged, told: untagged.length, rest: null }
}

/** One tag at most, and every name in one repository. */
function isSingleName(image: ImageRecord): boolean {
  const repositories = new Set(
    [...image.references, ...image.repoDigests].map((name) => parseReference(name).name),
  )
  return image.references.length <= 1 && repositories.size <= 1
}

/** Chain ids (image-spec config.md) of the image's layers that nothing else stands on, top first. */
export function deletedLayers(
  image: ImageRecord,
  others: readonly (readonly Digest[])[],
): readonly ImageDeleteItem[] {
  const kept = new Set(others.flatMap(chainIds))
  return [...chainIds(image.config.rootfs.diff_ids)]
    .reverse()
    .filter((id) => !kept.has(id))
    .map((id) => ({ Deleted: id }))
}

function conflict(image: ImageRecord, force: string, why: string): EngineError {
  return new EngineError('conflict', `conflict: unable to delete ${shortImage(image.id)} (${force}) - ${why}`)
}

function short(id: string): string {
  return id.slice(0, 12)
}

function shortImage(id: Digest): string {
  return hexOf(id).slice(0, 12)
}
