/** What the parameters of a request name. */
import type { Platform } from '../../oci/descriptor.ts'
import { parsePlatformJson } from '../../oci/platform.ts'
import { parseReference, type Reference, withTag } from '../../oci/reference.ts'
import type { PullParameters } from './parameters.ts'

/** A platform as JSON; none is null. Throws `invalid`. */
export function readPlatform(json: string): Platform | null {
  return json === '' ? null : parsePlatformJson(json)
}

/** A valid name with neither tag nor digest. */
export function isRepository(name: string): boolean {
  try {
    const { tag, digest } = parseReference(name)
    return tag === undefined && digest === undefined
  } catch {
    return false // an id
  }
}

/** `fromImage` and `tag` as one reference; clients put the tag in either. */
export function pulledReference({ fromImage, tag = '' }: PullParameters): Reference {
  const reference = parseReference(fromImage)
  if (tag === '') return reference
  return tag.startsWith('sha256:') ? parseReference(`${reference.name}@${tag}`) : withTag(reference, tag)
}
