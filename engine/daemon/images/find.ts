/** From what people write (a name, an id, its beginning) to an image. */
import { EngineError } from '../../errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { hexOf } from '../../oci/digest.ts'
import { formatPlatform, platformMatches } from '../../oci/platform.ts'
import {
  familiarReference,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../oci/reference.ts'
import type { ImageRecord, ImageRecords } from '../../store/store.ts'
import { platformOf } from './platforms.ts'
import { isNative, variantFor } from './variants.ts'

/** What was found and by what: names can be taken away one by one, an id means all of it. */
export type Found =
  | { readonly by: 'id'; readonly image: ImageRecord }
  | { readonly by: 'name'; readonly image: ImageRecord; readonly reference: Reference }

/** Throws `not-found` ("No such image"), `invalid` for what is neither a name nor an id, `conflict` for an ambiguous id. */
export function findImage(records: ImageRecords, text: string): Found {
  const id = text.startsWith('sha256:') ? text.slice('sha256:'.length) : text
  if (/^[a-f0-9]{64}$/.test(id)) {
    const image = records.get(`sha256:${id}`)
    if (image) return { by: 'id', image }
    throw noSuchImage(text)
  }
  if (text.startsWith('sha256:')) return { by: 'id', image: byPrefix(records, id) ?? fail(text) }
  const reference = withDefaultTag(parseReference(text))
  const image = byReference(records, reference)
  if (image) return { by: 'name', image, reference }
  const prefixed = /^[a-f0-9]+$/.test(text) ? byPrefix(records, text) : undefined
  if (prefixed) return { by: 'id', image: prefixed }
  throw noSuchImage(familiarReference(reference))
}

/**
 * `findImage` for a platform: of a name or digest that stands for several, the one for it. By id there is only one.
 * Throws `not-found` in Docker's words when it is not here.
 */
export function findVariant(records: ImageRecords, text: string, platform: Platform | null): Found {
  const found = findImage(records, text)
  if (platform === null) return found
  const image = found.by === 'id' ? found.image : variantFor(records, found.image, platform)
  const own = platformOf(image ?? found.image)
  if (image && platformMatches(platform, own)) return { ...found, image }
  throw new EngineError(
    'not-found',
    `image with reference ${text} was found but its platform (${formatPlatform(own)}) does not match the specified platform (${formatPlatform(platform)})`,
  )
}

/** The image that has exactly this name. With a digest, the tag is only for people. */
export function byReference(records: ImageRecords, reference: Reference): ImageRecord | undefined {
  if (reference.digest !== undefined) {
    const name = `${reference.name}@${reference.digest}`
    const all = records.all().filter((image) => image.repoDigests.includes(name))
    return all.find(isNative) ?? all[0]
  }
  const name = formatReference(reference)
  return records.all().find(({ references }) => references.includes(name))
}

function byPrefix(records: ImageRecords, prefix: string): ImageRecord | undefined {
  if (prefix === '') return undefined
  const [first, second] = records.all().filter(({ id }) => hexOf(id).startsWith(prefix))
  if (second)
    throw new EngineError('conflict', `the image id ${prefix} is ambiguous: give more of its digits`)
  return first
}

function fail(text: string): never {
  throw noSuchImage(text)
}

function noSuchImage(name: string): EngineError {
  return new EngineError('not-found', `No such image: ${name}`)
}
