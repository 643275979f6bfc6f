import { randomBytes } from 'node:crypto'

/** The id of a new build. */
export function newBuildId(): string {
  return randomBytes(16).toString('hex')
}
