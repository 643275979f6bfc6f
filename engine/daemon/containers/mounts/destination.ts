/** Where a mount goes inside a container: absolute, clean, and not the root. */
import { normalize } from 'node:path'
import { EngineError } from '../../../errors.ts'

/** Without a trailing slash or dots. */
export function cleanPath(path: string): string {
  const clean = normalize(path)
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean
}

/** The clean destination. `prefix` stands before what is wrong with it. Throws `invalid` in Docker's words. */
export function cleanDestination(path: string, prefix: string): string {
  if (!path.startsWith('/')) {
    throw new EngineError('invalid', `${prefix}invalid mount path: '${path}' mount path must be absolute`)
  }
  const clean = cleanPath(path)
  if (clean === '/') {
    throw new EngineError('invalid', `${prefix}invalid specification: destination can't be '/'`)
  }
  return clean
}
