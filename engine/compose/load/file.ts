/**
 * One compose file, or several documents in one: read, parsed, filled in, checked, its paths made absolute, its
 * `extends` and `include` followed. What comes out needs only to be merged with the files after it.
 */
import path from 'node:path'
import { composeFile } from './attributes/top-level.ts'
import { parseDotenv } from './dotenv.ts'
import type { ReadFile } from './environment.ts'
import { type Faults, nearest } from './fault.ts'
import { interpolate } from './interpolate.ts'
import { merge } from './merge.ts'
import { absolutePaths, withContexts } from './paths.ts'
import type { Lookup } from './template.ts'
import { child, type Entry, type MapTree, map, type Place, plain, type Tree, withEntry } from './tree.ts'
import { parseYaml } from './yaml.ts'

/** What reading a file needs. */
export interface FileContext {
  /** What relative paths in it are relative to. */
  readonly directory: string
  readonly home: string
  readonly lookup: Lookup
  /** Variables stay as they are written. */
  readonly literal?: boolean
  readonly read: ReadFile
  readonly faults: Faults
  /** Told of each variable without value or default. */
  readonly unset: (name: string, at: Place) => void
  /** Told of each file that was read, for those who follow changes on disk. */
  readonly seen: (file: string) => void
  /** Files and services on the way here, to tell a circle. */
  readonly chain: readonly string[]
}

/** The file's tree in its long form; undefined when it cannot be read at all, which `faults` then tells. */
export async function readComposeFile(
  file: string,
  context: FileContext,
  asked?: Place,
): Promise<MapTree | undefined> {
  const { read, faults, seen } = context
  const at = asked ?? { file, line: 1, column: 1 }
  const text = await read(file)
  if (text === undefined) {
    faults.add(
      at,
      '',
      asked ? `the file ${file} is not there` : 'the file is not there',
      'make it, or name another',
    )
    return undefined
  }
  seen(file)
  let result: MapTree | undefined
  for (const document of parseYaml(text, file, faults)) {
    const checked = await checkedDocument(document, file, context)
    if (checked) result = result ? (merge(result, checked) as MapTree) : checked
  }
  return result ?? (text.trim() === '' || faults.list.length === 0 ? map({}, at) : undefined)
}

async function checkedDocument(
  document: Tree,
  file: string,
  context: FileContext,
): Promise<MapTree | undefined> {
  const { faults } = context
  const filled = context.literal
    ? document
    : interpolate(document, {
        lookup: context.lookup,
        unset: (name, { at }) => context.unset(name, at),
        faults,
      })
  const checked = composeFile.check(filled, { path: '', faults })
  if (checked?.kind !== 'map') return undefined
  const placed = absolutePaths(checked, context)
  return withIncludes(await withExtends(placed, file, context), context)
}

/** Each service over the one that it extends (spec 05, extends). */
async function withExtends(tree: MapTree, file: string, context: FileContext): Promise<MapTree> {
  const services = child(tree, 'services')
  if (services?.kind !== 'map') return tree
  const entries = new Map<string, Entry>()
  for (const [name, entry] of services.entries) {
    entries.set(name, { ...entry, value: await extended(name, entry.value, services, file, context) })
  }
  return withEntry(tree, 'services', { ...services, entries })
}

async function extended(
  name: string,
  service: Tree,
  services: MapTree,
  file: string,
  context: FileContext,
): Promise<Tree> {
  const asked = child(service, 'extends')
  if (service.kind !== 'map' || asked?.kind !== 'map') return service
  const own = withEntry(service, 'extends', undefined)
  const link = `${file} ${name}`
  const { faults, chain } = context
  if (chain.includes(link)) {
    const names = [...chain.slice(chain.indexOf(link)), link].map((each) =>
      each.slice(each.lastIndexOf(' ') + 1),
    )
    const message = `goes in a circle: ${names.join(' -> ')}`
    faults.add(asked.at, `services.${name}.extends`, message, 'take one of these extends away')
    return own
  }
  const inner = { ...context, chain: [...chain, link] }
  const from = stringAt(asked, 'service')
  const other = child(asked, 'file')
  const base = other
    ? await serviceOf(
        path.resolve(context.directory, expandHome(String(plain(other)), context.home)),
        from,
        inner,
        other,
      )
    : await sibling(from, services, file, inner)
  if (base === undefined) {
    const message = `there is no service "${from}"${other ? ` in ${String(plain(other))}` : ''} to extend`
    const near = other ? undefined : nearest(from, services.entries.keys())
    const remedy = near === undefined ? 'name one that it has' : `did you mean "${near}"?`
    faults.add(asked.at, `services.${name}.extends`, message, remedy)
    return own
  }
  return base ? merge(base, own, ['services', name]) : own
}

async function sibling(
  name: string,
  services: MapTree,
  file: string,
  context: FileContext,
): Promise<Tree | undefined> {
  const entry = services.entries.get(name)
  return entry && extended(name, entry.value, services, file, context)
}

/** A service of another file; null when that file has faults of its own, told already. */
async function serviceOf(
  file: string,
  name: string,
  context: FileContext,
  asked: Tree,
): Promise<Tree | undefined | null> {
  if (context.chain.some((link) => link === `${file} ${name}`)) {
    context.faults.add(
      asked.at,
      '',
      `${file} extends back to where it came from`,
      'take one of these extends away',
    )
    return null
  }
  const tree = await readComposeFile(file, { ...context, directory: path.dirname(file) }, asked.at)
  return tree ? child(child(tree, 'services'), name) : null
}

/** The file's own tree beside what it includes (spec 14): a thing may be defined in one of them only. */
async function withIncludes(tree: MapTree, context: FileContext): Promise<MapTree> {
  const includes = child(tree, 'include')
  if (includes?.kind !== 'list') return tree
  let result = withEntry(tree, 'include', undefined)
  for (const item of includes.items) {
    const included = await includedTree(item, context)
    if (included) result = besides(result, included, item, context.faults)
  }
  return result
}

async function includedTree(item: Tree, context: FileContext): Promise<MapTree | undefined> {
  const absolute = (text: string) => path.resolve(context.directory, expandHome(text, context.home))
  const files = stringsAt(item, 'path').map(absolute)
  const first = files[0]
  if (first === undefined) return undefined
  const link = `include ${first}`
  if (context.chain.includes(link)) {
    context.faults.add(
      item.at,
      'include',
      `${first} includes itself, maybe by way of others`,
      'take one of the includes away',
    )
    return undefined
  }
  const given = stringAt(item, 'project_directory')
  const directory = given === '' ? path.dirname(first) : absolute(given)
  const lookup = await includedLookup(item, directory, absolute, context)
  let result: MapTree | undefined
  for (const file of files) {
    const tree = await readComposeFile(
      file,
      { ...context, directory, lookup, chain: [...context.chain, link] },
      item.at,
    )
    if (tree) result = result ? (merge(result, tree) as MapTree) : tree
  }
  return result && withContexts(result, directory)
}

/** Variables of an include: those around it first, then its own file of them. */
async function includedLookup(
  item: Tree,
  directory: string,
  absolute: (text: string) => string,
  { lookup, read, faults }: FileContext,
): Promise<Lookup> {
  const asked = stringsAt(item, 'env_file')
  const files = asked.length > 0 ? asked.map(absolute) : [path.join(directory, '.env')]
  const found = new Map<string, string>()
  for (const file of files) {
    const text = await read(file)
    if (text === undefined && asked.length > 0)
      faults.add(item.at, 'include', `the file ${file} is not there`, 'make it, or take it out of env_file')
    const known = (name: string) => lookup(name) ?? found.get(name)
    for (const [name, value] of parseDotenv(text ?? '', { file, faults, lookup: known }))
      found.set(name, value)
  }
  return (name) => lookup(name) ?? found.get(name)
}

function besides(tree: MapTree, included: MapTree, item: Tree, faults: Faults): MapTree {
  let result = tree
  for (const section of ['services', 'networks', 'volumes', 'configs', 'secrets', 'models']) {
    const theirs = child(included, section)
    if (theirs?.kind !== 'map') continue
    const ours = child(result, section)
    const entries = new Map(ours?.kind === 'map' ? ours.entries : [])
    for (const [name, entry] of theirs.entries) {
      const known = entries.get(name)
      if (known && JSON.stringify(plain(known.value)) !== JSON.stringify(plain(entry.value))) {
        const where = `${known.at.file}:${known.at.line}`
        faults.add(
          entry.at,
          `${section}.${name}`,
          `is defined by an include (line ${item.at.line}) and otherwise at ${where}`,
          'change it in an override file instead',
        )
      } else if (!known) entries.set(name, entry)
    }
    result = withEntry(result, section, { kind: 'map', at: theirs.at, entries })
  }
  return result
}

function expandHome(text: string, home: string): string {
  return text === '~' || text.startsWith('~/') ? path.join(home, text.slice(1)) : text
}

function stringAt(tree: Tree, key: string): string {
  const value = child(tree, key)
  return value?.kind === 'scalar' ? String(value.value ?? '') : ''
}

function stringsAt(tree: Tree, key: string): readonly string[] {
  const value = child(tree, key)
  return value?.kind === 'list'
    ? value.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []))
    : []
}
