/** What COPY takes of a folder outside the store: the files that a path or a pattern names, ignore rules applied. */
import { lstatSync, readdirSync } from 'node:fs'
import { relative } from 'node:path'
import type { IgnoreRules } from '../../context/ignore.ts'
import { Slices } from '../../context/slices.ts'
import { expandPattern, hasWildcard, unescapePath } from '../../context/wildcards.ts'
import { EngineError } from '../../errors.ts'
import { resolveInRoot } from '../../host/rooted-path.ts'
import type { SourceFolder } from '../solve/value.ts'

/** One file or folder that is copied: paths below the source's root, without a slash at either end. */
export interface Match {
  /** As written, for its name. */
  readonly written: string
  /** All links followed. */
  readonly path: string
  readonly isFolder: boolean
}

/** What a path names that may be a pattern. A path that names nothing throws `not-found`; a pattern gives none. */
export async function matchesIn(folder: SourceFolder, path: string): Promise<readonly Match[]> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const wild = parts.findIndex(hasWildcard)
  if (wild < 0) {
    const match = await follow(folder, unescapePath(parts.join('/')))
    if (!match) throw missing(path)
    return [match]
  }
  const fixed = await inside(folder, unescapePath(parts.slice(0, wild).join('/')))
  const found = expandPattern(below(folder.path, fixed), parts.slice(wild).join('/'), (name, isFolder) =>
    isFolder ? true : folder.includes(below(fixed, name), false),
  )
  const matches = await Promise.all(found.map((name) => follow(folder, below(fixed, name))))
  return matches.filter((match) => match !== null)
}

/** What BuildKit says of a source that is not there. */
export function missing(path: string): EngineError {
  const name = `/${path.replace(/^\/+/, '')}`
  return new EngineError('not-found', `failed to compute cache key: "${name}": not found`)
}

/** The paths in a folder that are copied, relative to it: folders before what is in them. */
export async function* entriesIn(
  folder: SourceFolder,
  base: string,
  excluded: IgnoreRules | null,
): AsyncGenerator<string> {
  const slices = new Slices()
  const walk = async function* (inner: string): AsyncGenerator<string> {
    const place = below(base, inner)
    const entries = readdirSync(below(folder.path, place), { withFileTypes: true })
    entries.sort((one, other) => (one.name < other.name ? -1 : 1))
    for (const entry of entries) {
      if (slices.over()) await slices.next()
      const path = below(inner, entry.name)
      const isFolder = entry.isDirectory()
      const out = excluded?.excludes(path) ?? false
      if (!out && folder.includes(below(place, entry.name), isFolder)) yield path
      if (isFolder && !(out && !excluded?.mayHold(path))) yield* walk(path)
    }
  }
  yield* walk('')
}

async function follow(folder: SourceFolder, written: string): Promise<Match | null> {
  const path = await inside(folder, written)
  const stats = lstatSync(below(folder.path, path), { throwIfNoEntry: false })
  if (!stats) return null
  const isFolder = stats.isDirectory()
  // A folder that is left out may hold files that are not.
  if (path !== '' && !folder.includes(path, isFolder) && !(isFolder && (await folder.digest(path))))
    return null
  return { written, path, isFolder }
}

async function inside(folder: SourceFolder, path: string): Promise<string> {
  return relative(folder.path, await resolveInRoot(folder.path, path))
}

/** Joins two paths of which either may be empty. */
export function below(above: string, path: string): string {
  return above === '' ? path : path === '' ? above : `${above}/${path}`
}
