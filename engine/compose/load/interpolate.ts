/** Puts variables into every string of a tree (spec 12, Interpolation). Keys stay as they are. */
import type { Faults } from './fault.ts'
import { type Lookup, substitute, TemplateError } from './template.ts'
import type { Entry, ScalarTree, Tree } from './tree.ts'

/** What interpolation needs. `unset` is told of each variable that has no value and no default. */
export interface Interpolation {
  readonly lookup: Lookup
  readonly unset: (name: string, scalar: ScalarTree) => void
  readonly faults: Faults
}

/** The tree with its variables put in; parts without one are the same objects as before. */
export function interpolate(tree: Tree, how: Interpolation, path = ''): Tree {
  switch (tree.kind) {
    case 'scalar':
      return scalarWith(tree, how, path)
    case 'list': {
      const items = tree.items.map((item, index) => interpolate(item, how, `${path}[${index}]`))
      return items.every((item, index) => item === tree.items[index]) ? tree : { ...tree, items }
    }
    case 'map': {
      let changed = false
      const entries = new Map<string, Entry>()
      for (const [key, entry] of tree.entries) {
        const value = interpolate(entry.value, how, path === '' ? key : `${path}.${key}`)
        changed ||= value !== entry.value
        entries.set(key, value === entry.value ? entry : { ...entry, value })
      }
      return changed ? { ...tree, entries } : tree
    }
  }
}

function scalarWith(tree: ScalarTree, { lookup, unset, faults }: Interpolation, path: string): ScalarTree {
  if (typeof tree.value !== 'string' || !tree.value.includes('$')) return tree
  try {
    const value = substitute(tree.value, lookup, (name) => unset(name, tree))
    return { ...tree, value, text: value, interpolated: true }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    faults.add(tree.at, path, error.message, error.remedy)
    return tree
  }
}
