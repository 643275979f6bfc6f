/**
 * One image for several platforms: those that were pulled from the same index. They share its digest among their
 * names, and the tag belongs to one of them, which stands for all. Pure.
 */
import type { Platform } from '../../oci/descriptor.ts'
import { hostPlatform, platformMatches } from '../../oci/platform.ts'
import type { ImageRecord, ImageRecords } from '../../store/store.ts'
import { platformOf } from './platforms.ts'

/** The other images of an index that this one was pulled from. */
export function siblingsOf(records: ImageRecords, image: ImageRecord): readonly ImageRecord[] {
  if (image.repoDigests.length === 0) return []
  return records
    .all()
    .filter(
      (other) => other.id !== image.id && other.repoDigests.some((name) => image.repoDigests.includes(name)),
    )
}

/** Among the image and its siblings, the one for a platform. */
export function variantFor(
  records: ImageRecords,
  image: ImageRecord,
  platform: Platform,
): ImageRecord | undefined {
  const fits = (one: ImageRecord) => platformMatches(platform, platformOf(one))
  return fits(image) ? image : siblingsOf(records, image).find(fits)
}

/** Is it without a name of its own because another of its index has it? */
export function isHidden(records: ImageRecords, image: ImageRecord): boolean {
  return image.references.length === 0 && siblingsOf(records, image).some((one) => one.references.length > 0)
}

/** Does an image run here without being asked for by platform? */
export function isNative(image: ImageRecord): boolean {
  return platformMatches(hostPlatform(), platformOf(image))
}
