/** Platforms of recorded images. */
import { EngineError } from '../../errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, platformMatches } from '../../oci/platform.ts'
import type { ImageRecord } from '../../store/store.ts'

/** The platform that an image's config names. */
export function platformOf({ config }: ImageRecord): Platform {
  const { os, architecture, variant } = config
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

/** Throws `not-found` when the image is not for `wanted`. */
export function requirePlatform(image: ImageRecord, wanted: Platform): void {
  const own = platformOf(image)
  if (platformMatches(wanted, own)) return
  throw new EngineError(
    'not-found',
    `image with reference ${image.id} was found but its platform (${formatPlatform(own)}) does not match the specified platform (${formatPlatform(wanted)})`,
  )
}
