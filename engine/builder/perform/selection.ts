/** Which files a COPY takes of its sources, and what each becomes: ready to be told to whoever copies. */
import { posix } from 'node:path'
import { IgnoreRules } from '../../context/ignore.ts'
import type { CopyOperation, CopySource } from '../plan/step.ts'
import type { SourceFolder, Value } from '../solve/value.ts'
import { below, entriesIn, type Match, matchesIn } from './folder-source.ts'
import { entriesInLayers, matchesInLayers } from './layer-source.ts'
import { layersOf } from './made-layer.ts'
import type { PerformerParts } from './parts.ts'

type PathSource = Extract<CopySource, { kind: 'path' }>

/** Something of a source that is copied by one call. */
export interface Selected {
  /** Below the source's root. */
  readonly path: string
  /** What it is called in a folder. */
  readonly name: string
  /** With a slash at its end, a folder. */
  readonly destination: string
  readonly isFolder: boolean
  /** All that is part of the source's folder is taken. */
  readonly whole: boolean
  /** What is taken of the folder; null for a file, and for all of a folder where that can be found in place. */
  readonly entries: AsyncIterable<string> | Iterable<string> | null
}

/** What one source of a COPY is. Throws `not-found` in BuildKit's words. */
export async function select(
  { store }: PerformerParts,
  operation: CopyOperation,
  source: PathSource,
  value: Value,
): Promise<readonly Selected[]> {
  const rules = excludeRules(operation)
  const pivot = operation.parents ? pivotOf(source.path) : null
  if (value.kind === 'folder') {
    const { folder } = value
    const matches = await matchesIn(folder, pivot?.whole ?? source.path)
    if (pivot) return withParents(operation, pivot.base, matches, (match) => namesIn(folder, match, rules))
    return kept(matches, rules).map((match) =>
      plain(operation, match, match.isFolder ? entriesIn(folder, match.path, rules) : null),
    )
  }
  const diffIds = await layersOf(value)
  const matches = await matchesInLayers(store, diffIds, pivot?.whole ?? source.path)
  if (pivot) {
    return withParents(operation, pivot.base, matches, async function* (match) {
      const found = await entriesInLayers(store, diffIds, match.path, rules)
      yield ''
      yield* found.entries
    })
  }
  if (!rules) return matches.map((match) => plain(operation, match, null))
  const found = await Promise.all(
    matches.map(async (match) => ({
      match,
      found: await entriesInLayers(store, diffIds, match.path, rules),
    })),
  )
  return found.flatMap(({ match, found: { path, isFolder, entries } }) =>
    kept([{ ...match, path, isFolder }], rules).map((each) =>
      plain(operation, each, isFolder ? entries : null),
    ),
  )
}

/** The rules of `--exclude`; null without. */
export function excludeRules({ exclude }: CopyOperation): IgnoreRules | null {
  return exclude.length === 0 ? null : new IgnoreRules([...exclude])
}

/** A file that is named itself is left out by its own name. */
function kept(matches: readonly Match[], rules: IgnoreRules | null): readonly Match[] {
  return matches.filter(({ isFolder, path }) => isFolder || !rules?.excludes(posix.basename(path)))
}

function plain(operation: CopyOperation, match: Match, entries: Selected['entries']): Selected {
  const { path, isFolder } = match
  const name = posix.basename(match.written)
  const whole = operation.exclude.length === 0
  return { path, name, destination: operation.destination, isFolder, whole, entries }
}

/** `--parents`: a dot between slashes says where the folders begin that are made again. */
function pivotOf(path: string): { readonly base: string; readonly whole: string } {
  const clean = path.replace(/^(\.?\/)+/, '')
  const at = clean.indexOf('/./')
  return at < 0
    ? { base: '', whole: clean }
    : { base: clean.slice(0, at), whole: `${clean.slice(0, at)}/${clean.slice(at + 3)}` }
}

async function* namesIn(
  folder: SourceFolder,
  match: Match,
  rules: IgnoreRules | null,
): AsyncGenerator<string> {
  yield ''
  if (match.isFolder) yield* entriesIn(folder, match.path, rules)
}

function withParents(
  { destination }: CopyOperation,
  base: string,
  matches: readonly Match[],
  inside: (match: Match) => AsyncIterable<string>,
): readonly Selected[] {
  const target = destination.endsWith('/') ? destination : `${destination}/`
  return matches.map((match) => ({
    path: base,
    name: '',
    destination: target,
    isFolder: true,
    whole: false,
    entries: (async function* () {
      const leading = posix.relative(base, match.written)
      for await (const path of inside(match)) yield below(leading, path)
    })(),
  }))
}
