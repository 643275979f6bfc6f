/** Which of an index's images suits a machine (image-spec image-index.md, "platform"). */
import { arch } from 'node:process'
import { EngineError } from '../errors.ts'
import type { Descriptor, Index, Platform } from './descriptor.ts'

/** Names of Node's architectures in the words of Go, which images use. */
const ARCHITECTURES: Readonly<Record<string, Platform>> = {
  x64: { os: 'linux', architecture: 'amd64' },
  arm64: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  arm: { os: 'linux', architecture: 'arm', variant: 'v7' },
  ia32: { os: 'linux', architecture: '386' },
  ppc64: { os: 'linux', architecture: 'ppc64le' },
  s390x: { os: 'linux', architecture: 's390x' },
  riscv64: { os: 'linux', architecture: 'riscv64' },
}

/** Other spellings that people use. */
const ALIASES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
  i386: '386',
}

/** The platform of this machine. */
export function hostPlatform(): Platform {
  return ARCHITECTURES[arch] ?? { os: 'linux', architecture: arch }
}

/** Reads `os/architecture[/variant]` (or an architecture alone). Throws `invalid`. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/')
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) {
    throw new EngineError(
      'invalid',
      `"${text}" is an invalid component of a platform: it should look like linux/amd64 or linux/arm64/v8`,
    )
  }
  const [os, architecture, variant] = parts.length === 1 ? ['linux', ...parts] : parts
  const known = ALIASES[architecture as string] ?? (architecture as string)
  return { os: os as string, architecture: known, ...(variant === undefined ? {} : { variant }) }
}

/** Reads a platform as newer parts of Docker's API write it: `{"os": "linux", "architecture": "arm64"}`. Throws `invalid`. */
export function parsePlatformJson(text: string): Platform {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new EngineError('invalid', `failed to parse platform: ${(cause as Error).message}`, { cause })
  }
  const { os, architecture, variant } = (json ?? {}) as Partial<Record<keyof Platform, unknown>>
  if (typeof os !== 'string' || os === '' || typeof architecture !== 'string' || architecture === '') {
    throw new EngineError(
      'invalid',
      `platform ${text} is not valid: both OS and Architecture must be provided`,
    )
  }
  const named = typeof variant === 'string' && variant !== '' ? `/${variant}` : ''
  return parsePlatform(`${os}/${architecture}${named}`)
}

/** `linux/arm64/v8`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
}

/** Does an image for `have` run where `want` is asked for? */
export function platformMatches(want: Platform, have: Platform): boolean {
  return (
    have.os === want.os &&
    have.architecture === want.architecture &&
    rank(want.architecture, have.variant) <= rank(want.architecture, want.variant)
  )
}

/** The newest variant of an architecture's that `want` can run; 0 for none named where that means the base. */
function rank(architecture: string, variant: string | undefined): number {
  const number = Number.parseInt((variant ?? '').replace(/^v/, ''), 10)
  if (!Number.isNaN(number)) return number
  if (architecture === 'arm64') return 8
  if (architecture === 'arm') return 7
  return 1
}

/**
 * The manifest in `index` that suits `want` best: the highest variant it can run. Attestations (platform
 * `unknown/unknown`) are never chosen. Undefined when none fits.
 */
export function choosePlatform(index: Index, want: Platform): Descriptor | undefined {
  const fitting = index.manifests.filter(
    (entry) => entry.platform !== undefined && platformMatches(want, entry.platform),
  )
  const best = [...fitting].sort(
    (a, b) => rank(want.architecture, b.platform?.variant) - rank(want.architecture, a.platform?.variant),
  )[0]
  if (best) return best
  // An index that says nothing of platforms has one meaning only when it has one entry.
  const [only, ...more] = index.manifests
  return only && more.length === 0 && only.platform === undefined ? only : undefined
}
