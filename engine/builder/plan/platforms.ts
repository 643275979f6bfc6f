/** Platforms as a Dockerfile knows them: its predefined arguments, and what an image of nothing has. */
import type { Platform } from '../../oci/descriptor.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { formatPlatform } from '../../oci/platform.ts'
import { Environment } from './environment.ts'

const UNIX_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What a platform's images have where they say nothing. */
export function hostPlatformDefaults({ os }: Platform): { readonly path: string | null } {
  // Windows knows by itself.
  return { path: os === 'windows' ? null : UNIX_PATH }
}

/** The image that `scratch` is. */
export function emptyImage({ os, architecture, variant }: Platform): ImageConfig {
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: { Env: [`PATH=${UNIX_PATH}`], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [] },
  }
}

/** The predefined arguments (Dockerfile reference, "Automatic platform ARGs in the global scope"). */
export function platformArgs(build: Platform, target: Platform, targetStage: string): Environment {
  return new Environment([
    ...fields('BUILD', build),
    ...fields('TARGET', target),
    ['TARGETSTAGE', targetStage] as const,
  ])
}

function fields(prefix: string, platform: Platform): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform['os.version'] ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ]
}
