/** Paths of COPY, ADD and mounts as they are within a source or a root. */
import { posix } from 'node:path'

/** A path within a source: no slash at either end, none that leads above it; `.` is all of it. */
export function sourcePath(path: string): string {
  return posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, '') || '.'
}

/** The same of `--parents`, where `/./` says from where on folders are kept. */
export function pivotedPath(path: string): string {
  const pivot = path.indexOf('/./')
  if (pivot < 0) return sourcePath(path)
  const above = sourcePath(path.slice(0, pivot))
  const below = sourcePath(path.slice(pivot + '/./'.length))
  return above === '.' ? below : `${above}/./${below}`
}

/** Where COPY puts things: absolute; a slash at its end says that it is a folder, as `.` does. */
export function destinationPath(workdir: string, path: string): string {
  const isFolder = path === '' || path === '.' || /(?:^|\/)\.?$/.test(path)
  const absolute = posix.resolve('/', workdir, path)
  return isFolder && absolute !== '/' ? `${absolute}/` : absolute
}
