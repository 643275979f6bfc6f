/** Makes the paths of a file absolute: each is relative to the folder of its project, include or extended file. */
import path from 'node:path'
import { child, type Entry, type MapTree, scalar, type Tree, withEntry } from './tree.ts'

/** What paths are relative to. */
export interface Base {
  readonly directory: string
  /** What `~` is. */
  readonly home: string
}

/** The tree of a file, in its long form, with every path of the host absolute. */
export function absolutePaths(tree: MapTree, base: Base): MapTree {
  const resolve = (value: Tree) => onText(value, (text) => absolute(text, base))
  const file = (value: Tree) => at(value, ['file'], resolve)
  const service = (value: Tree) => servicePaths(value, base, resolve)
  let result = tree
  for (const [key, change] of [
    ['services', service],
    ['configs', file],
    ['secrets', file],
  ] as const) {
    const section = child(result, key)
    if (section?.kind === 'map') result = withEntry(result, key, eachValue(section, change))
  }
  const volumes = child(result, 'volumes')
  return volumes?.kind === 'map'
    ? withEntry(
        result,
        'volumes',
        eachValue(volumes, (volume) => volumePath(volume, resolve)),
      )
    : result
}

/** Builds without a context have the project's folder: after its files are merged, as any of them may name one. */
export function withContexts(tree: MapTree, directory: string): MapTree {
  const services = child(tree, 'services')
  if (services?.kind !== 'map') return tree
  const completed = eachValue(services, (service) => {
    const build = child(service, 'build')
    if (service.kind !== 'map' || build?.kind !== 'map' || build.entries.has('context')) return service
    return withEntry(service, 'build', withEntry(build, 'context', scalar(directory, build.at)))
  })
  return withEntry(tree, 'services', completed)
}

function servicePaths(value: Tree, base: Base, resolve: (tree: Tree) => Tree): Tree {
  let service = at(value, ['build', 'context'], (tree) =>
    onText(tree, (text) => (isRemote(text) ? text : absolute(text, base))),
  )
  service = at(service, ['build', 'additional_contexts'], (tree) =>
    tree.kind === 'map'
      ? eachValue(tree, (place) =>
          onText(place, (text) => (isContextName(text) ? text : absolute(text, base))),
        )
      : tree,
  )
  service = at(service, ['build', 'ssh'], (tree) =>
    tree.kind === 'map'
      ? eachValue(tree, (key) => onText(key, (text) => (text === '' ? text : absolute(text, base))))
      : tree,
  )
  service = at(service, ['env_file'], (tree) => eachItem(tree, (item) => at(item, ['path'], resolve)))
  service = at(service, ['label_file'], (tree) => eachItem(tree, resolve))
  service = at(service, ['credential_spec', 'file'], resolve)
  service = at(service, ['develop', 'watch'], (tree) => eachItem(tree, (item) => at(item, ['path'], resolve)))
  return at(service, ['volumes'], (tree) =>
    eachItem(tree, (item) => {
      const type = child(item, 'type')
      return type?.kind === 'scalar' && type.value === 'bind' ? at(item, ['source'], resolve) : item
    }),
  )
}

/** A local volume that is a folder of the host: `driver_opts: {o: bind, device: ./data}`. */
function volumePath(volume: Tree, resolve: (tree: Tree) => Tree): Tree {
  const o = child(child(volume, 'driver_opts'), 'o')
  const bind = o?.kind === 'scalar' && String(o.value).split(',').includes('bind')
  return bind ? at(volume, ['driver_opts', 'device'], resolve) : volume
}

/** An absolute path of the host. Paths of Windows stay as they are. */
export function absolute(text: string, { directory, home }: Base): string {
  if (/^[A-Za-z]:[\\/]|^\\\\/.test(text)) return text
  if (text === '~' || text.startsWith('~/')) return path.join(home, text.slice(1))
  return path.resolve(directory, text)
}

/** What a build context can be beside a folder: git, http, or another builder's way. */
export function isRemote(context: string): boolean {
  return (
    /^(https?|git|ssh|docker-image|oci-layout):\/\//.test(context) ||
    /^git@[^:]+:/.test(context) ||
    /^github\.com\//.test(context)
  )
}

function isContextName(place: string): boolean {
  return isRemote(place) || /^(service|target|docker-image|oci-layout):/.test(place)
}

/** The value at a path of keys, changed; where there is none, nothing happens. */
function at(tree: Tree, keys: readonly string[], change: (tree: Tree) => Tree): Tree {
  const [key, ...rest] = keys
  if (key === undefined) return change(tree)
  const value = child(tree, key)
  if (tree.kind !== 'map' || value === undefined) return tree
  return withEntry(tree, key, at(value, rest, change))
}

function eachValue(tree: MapTree, change: (tree: Tree) => Tree): MapTree {
  const entries = new Map<string, Entry>()
  for (const [key, entry] of tree.entries)
    entries.set(key, { ...entry, value: key.startsWith('x-') ? entry.value : change(entry.value) })
  return { ...tree, entries }
}

function eachItem(tree: Tree, change: (tree: Tree) => Tree): Tree {
  return tree.kind === 'list' ? { ...tree, items: tree.items.map(change) } : tree
}

function onText(tree: Tree, change: (text: string) => string): Tree {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.tag === 'reset') return tree
  return { ...scalar(change(tree.value), tree.at), ...(tree.tag ? { tag: tree.tag } : {}) }
}
