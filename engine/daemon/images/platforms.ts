/** Platforms of recorded images. */
import type { Platform } from '../../oci/descriptor.ts'
import type { ImageRecord } from '../../store/store.ts'

/** The platform that an image's config names. */
export function platformOf({ config }: ImageRecord): Platform {
  const { os, architecture, variant } = config
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}
