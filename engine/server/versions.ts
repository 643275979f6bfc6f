/** Versions of the API: what we speak, what a path asks for, and what differs between them. */
import { EngineError } from '../errors.ts'

/** What `/_ping` advertises. */
export const API_VERSION = '1.51'
/** The oldest that is accepted: what `docker-daemon:` of skopeo 1.9 (Debian 12) asks by. */
export const MIN_API_VERSION = '1.22'

/** An accepted version: its minor number (all are 1.x). */
export type ApiVersion = number

const NEWEST = minor(API_VERSION)
const OLDEST = minor(MIN_API_VERSION)

/** Splits `/v1.41/info` into version and rest; a path without one means the newest. Throws `invalid` in Docker's words. */
export function splitVersion(path: string): { readonly version: ApiVersion; readonly path: string } {
  const match = /^\/v(\d+)\.(\d+)(\/.*)$/.exec(path)
  if (!match) return { version: NEWEST, path }
  const asked = `${match[1]}.${match[2]}`
  const major = Number(match[1])
  const version = Number(match[2])
  if (major > 1 || (major === 1 && version > NEWEST)) {
    throw new EngineError(
      'invalid',
      `client version ${asked} is too new. Maximum supported API version is ${API_VERSION}`,
    )
  }
  if (major < 1 || version < OLDEST) {
    throw new EngineError(
      'invalid',
      `client version ${asked} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    )
  }
  return { version, path: match[3] ?? '/' }
}

/** The content type of container output: framed streams have had their own since 1.42. */
export function streamType(version: ApiVersion, terminal: boolean): string {
  return !terminal && version >= 42
    ? 'application/vnd.docker.multiplexed-stream'
    : 'application/vnd.docker.raw-stream'
}

function minor(version: string): number {
  return Number(version.split('.')[1])
}
