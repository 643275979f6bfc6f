/** What a service's variables are in the end: its env_file, its environment, and the shell for names alone (spec 05). */
import { parseDotenv } from './dotenv.ts'
import type { Faults } from './fault.ts'
import type { Lookup } from './template.ts'
import { child, type Entry, type MapTree, type ScalarTree, scalar, type Tree, withEntry } from './tree.ts'

/** Reads a file; undefined when it is not there. */
export type ReadFile = (path: string) => Promise<string | undefined>

/** The service with `env_file` and `label_file` read into `environment` and `labels`, and its build's `args` resolved. */
export async function withFiles(
  service: MapTree,
  path: string,
  read: ReadFile,
  lookup: Lookup,
  faults: Faults,
): Promise<MapTree> {
  const variables = new Map<string, Entry>()
  for (const item of items(child(service, 'env_file'))) {
    const found = await readVariables(item, `${path}.env_file`, read, lookup, faults)
    for (const [name, value] of found) variables.set(name, { at: item.at, value: scalar(value, item.at) })
  }
  const own = child(service, 'environment')
  for (const [name, entry] of own?.kind === 'map' ? own.entries : []) {
    const value = resolved(name, entry.value, lookup)
    // A name that neither the file nor the shell gives is not set, as in a shell.
    if (value) variables.set(name, { at: entry.at, value })
  }
  const labels = new Map<string, Entry>()
  for (const item of items(child(service, 'label_file'))) {
    const found = await readVariables(item, `${path}.label_file`, read, lookup, faults)
    for (const [name, value] of found) labels.set(name, { at: item.at, value: scalar(value, item.at) })
  }
  const ownLabels = child(service, 'labels')
  for (const [name, entry] of ownLabels?.kind === 'map' ? ownLabels.entries : []) labels.set(name, entry)
  let result = withEntry(withEntry(service, 'env_file', undefined), 'label_file', undefined)
  if (variables.size > 0 || own)
    result = withEntry(result, 'environment', { kind: 'map', at: own?.at ?? service.at, entries: variables })
  if (labels.size > 0 || ownLabels)
    result = withEntry(result, 'labels', { kind: 'map', at: ownLabels?.at ?? service.at, entries: labels })
  return withArgs(result, lookup)
}

/** An ARG that is only named gets the shell's value, and is not passed when the shell has none (Compose Build, args). */
function withArgs(service: MapTree, lookup: Lookup): MapTree {
  const build = child(service, 'build')
  const args = child(build, 'args')
  if (build?.kind !== 'map' || args?.kind !== 'map') return service
  const entries = new Map<string, Entry>()
  for (const [name, { at, value }] of args.entries) {
    const found = resolved(name, value, lookup)
    if (found) entries.set(name, { at, value: found })
  }
  return withEntry(service, 'build', withEntry(build, 'args', { ...args, entries }))
}

function resolved(name: string, value: Tree, lookup: Lookup): Tree | undefined {
  if (value.kind !== 'scalar' || value.value !== null) return value
  const found = lookup(name)
  return found === undefined ? undefined : scalar(found, value.at)
}

function items(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : []
}

async function readVariables(
  item: Tree,
  path: string,
  read: ReadFile,
  lookup: Lookup,
  faults: Faults,
): Promise<ReadonlyMap<string, string>> {
  const file = item.kind === 'scalar' ? item : (child(item, 'path') as ScalarTree | undefined)
  const name = String(file?.value ?? '')
  const text = await read(name)
  if (text !== undefined) {
    return parseDotenv(text, {
      file: name,
      faults,
      lookup,
      raw: (child(item, 'format') as ScalarTree | undefined)?.value === 'raw',
    })
  }
  if ((child(item, 'required') as ScalarTree | undefined)?.value !== false) {
    faults.add(
      item.at,
      path,
      `the file ${name} is not there`,
      'make it, or write required: false beside its path',
    )
  }
  return new Map()
}
