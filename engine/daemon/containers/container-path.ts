/** Paths of containers as archive requests write them. */
import { posix } from 'node:path'
import { EngineError } from '../../errors.ts'

/** From the container's root, cleaned; a `/` or `/.` at its end stays, for it follows a link. Throws `invalid` when empty. */
export function containerPath(path: string): string {
  if (path === '') throw new EngineError('invalid', 'bad parameter: path cannot be empty')
  if (path.includes('\0')) throw new EngineError('invalid', 'bad parameter: path cannot contain a NUL')
  const clean = posix.normalize(`/${path}`).replace(/(.)\/+$/, '$1')
  const slash = clean === '/' ? '' : '/'
  if (path === '.' || path.endsWith('/.')) return `${clean}${slash}.`
  return path.endsWith('/') ? `${clean}${slash}` : clean
}

/** The name under which an archive holds what is at a cleaned path: `/` for the root, `.` for what is in a folder. */
export function archiveName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) || '/'
}
