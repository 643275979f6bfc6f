/** Which image was committed from a container of which. Pulled, loaded and imported ones have no parent. */
import type { Digest } from '../../oci/descriptor.ts'
import type { ImageRecord, ImageRecords } from '../../store/store.ts'

/** True when an image that is there was committed from this one. */
export function hasChildImages(records: ImageRecords, id: Digest): boolean {
  return records.all().some(({ parent }) => parent === id)
}

/** True for one that a tag or a digest names. */
export function isNamed({ references, repoDigests }: ImageRecord): boolean {
  return references.length + repoDigests.length > 0
}

/** The image, the one it was committed from, and so on, as far as they are there. */
export function lineage(records: ImageRecords, image: ImageRecord): readonly [ImageRecord, ...ImageRecord[]] {
  const line: [ImageRecord, ...ImageRecord[]] = [image]
  for (let { parent } = image; parent !== undefined; ) {
    const above = records.get(parent)
    // An image's id holds its history, so that no line can come back to itself; a damaged record might.
    if (!above || line.includes(above)) break
    line.push(above)
    parent = above.parent
  }
  return line
}
