/**
 * What a value of a compose file may be. A shape checks a tree and gives it in its long form, so that stages after it
 * meet one way of writing each thing; editors read from the same shapes what can be written where.
 */
import { type Faults, nearest } from './fault.ts'
import { type Entry, type MapTree, type ScalarTree, scalar, type Tree } from './tree.ts'

/** Where a check stands: the path as people write it, and where faults go. */
export interface Spot {
  readonly path: string
  readonly faults: Faults
}

/** A way of writing a value. */
export interface Shape {
  /** What is expected, as the end of "must be ...". */
  readonly expected: string
  /** The tree in its long form; undefined when it is wrong, which `faults` then tells. */
  check(tree: Tree, spot: Spot): Tree | undefined
  /** For maps with fixed keys: what each is. */
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** The words that it can be, when they are few. */
  readonly words?: readonly string[]
  /** What stands in a list, or under the free keys of a map. */
  readonly inner?: Shape
  /** What stands under the free keys of a map, where a list may stand in its place. */
  readonly entry?: Shape
}

/** A key of a map with fixed keys. */
export interface Attribute {
  readonly shape: Shape
  /** One sentence for an editor's hover. */
  readonly about: string
  readonly required?: boolean
}

/** Tells that a tree is not what its place wants. */
export function wrong(tree: Tree, spot: Spot, expected: string, remedy?: string): undefined {
  const empty = tree.kind === 'scalar' && tree.value === null
  const told = remedy ?? (empty ? 'give it a value, or take the key away' : undefined)
  spot.faults.add(tree.at, spot.path, `must be ${expected}, not ${describe(tree)}`, told)
  return undefined
}

/** A value as a message names it. */
export function describe(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`
  if (tree.value === null) return 'empty'
  return typeof tree.value === 'string' ? `"${short(tree.value)}"` : `the ${typeof tree.value} ${tree.text}`
}

/** A value as a message shows it. */
export function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}

/** The path of a key below a path. */
export function below(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}

/** What helps with a wrong scalar: the words that it can be, or what to write instead. */
interface Help {
  readonly words?: readonly string[]
  readonly remedy?: (tree: ScalarTree) => string | undefined
}

/** A scalar whose text `read` accepts: it gives the value in its long form, or undefined for what is wrong. */
export function scalarShape(
  expected: string,
  read: (tree: ScalarTree) => ScalarTree['value'] | undefined,
  { words, remedy = (tree) => meant(tree, words ?? []) }: Help = {},
): Shape {
  return {
    expected,
    ...(words ? { words } : {}),
    check(tree, spot) {
      if (tree.kind !== 'scalar') return wrong(tree, spot, expected)
      const value = read(tree)
      if (value === undefined) return wrong(tree, spot, expected, remedy(tree))
      return value === tree.value ? tree : { ...tree, value }
    },
  }
}

function meant({ value }: ScalarTree, words: readonly string[]): string | undefined {
  const near = typeof value === 'string' ? nearest(value, words) : undefined
  return near === undefined ? undefined : `did you mean "${near}"?`
}

/** Text. A number or a boolean is not text here: quotes make it so. */
export const text: Shape = {
  expected: 'a string',
  check(tree, spot) {
    if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree
    const quotes =
      tree.kind === 'scalar' && tree.value !== null ? `put it in quotes: "${tree.text}"` : undefined
    return wrong(tree, spot, 'a string', quotes)
  },
}

/** One of a few words. */
export function word(...words: readonly string[]): Shape {
  return scalarShape(
    `one of ${words.join(', ')}`,
    ({ value }) => (typeof value === 'string' && words.includes(value) ? value : undefined),
    { words },
  )
}

export const boolean: Shape = scalarShape(
  'true or false',
  ({ value, interpolated }) => {
    if (typeof value === 'boolean') return value
    if (!interpolated) return undefined
    // What go-yaml takes for a boolean, so that a variable may hold what it held with other tools.
    if (/^(true|yes|on|y|1)$/i.test(String(value))) return true
    return /^(false|no|off|n|0)$/i.test(String(value)) ? false : undefined
  },
  {
    words: ['true', 'false'],
    // The words of YAML 1.1, and a boolean in quotes.
    remedy: ({ value }) =>
      /^(true|yes|on|y)$/i.test(String(value))
        ? 'write true'
        : /^(false|no|off|n)$/i.test(String(value))
          ? 'write false'
          : undefined,
  },
)

/** A whole number in a range; text is taken where it is one. */
export function integer(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Shape {
  const expected = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number, ${least} or more`
  return scalarShape(
    most === Number.MAX_SAFE_INTEGER ? expected : `a whole number from ${least} to ${most}`,
    (tree) => {
      const value = numeric(tree, /^[-+]?\d+$/)
      return value !== undefined && Number.isSafeInteger(value) && value >= least && value <= most
        ? value
        : undefined
    },
  )
}

/** A number with a fraction, from `least` up. */
export function decimal(least = Number.NEGATIVE_INFINITY): Shape {
  return scalarShape(least === 0 ? 'a number, 0 or more' : 'a number', (tree) => {
    const value = numeric(tree, /^[-+]?(\d+\.?\d*|\.\d+)$/)
    return value !== undefined && value >= least ? value : undefined
  })
}

function numeric({ value }: ScalarTree, pattern: RegExp): number | undefined {
  if (typeof value === 'number') return pattern.test(String(value)) ? value : undefined
  return typeof value === 'string' && pattern.test(value.trim()) ? Number(value) : undefined
}

/** A list of one shape. With `unique`, the same text twice is a fault. */
export function listOf(inner: Shape, options: { readonly unique?: boolean } = {}): Shape {
  return {
    expected: 'a list',
    inner,
    check(tree, spot) {
      if (tree.kind !== 'list') {
        const one = tree.kind === 'scalar' && tree.value !== null
        return wrong(tree, spot, 'a list', one ? 'begin each with a dash' : undefined)
      }
      const seen = new Map<string, Tree>()
      const items = tree.items.flatMap((item, index) => {
        const here = { ...spot, path: below(spot.path, index) }
        const checked = inner.check(item, here)
        if (options.unique && checked?.kind === 'scalar') {
          const first = seen.get(String(checked.value))
          if (first)
            spot.faults.add(
              item.at,
              here.path,
              `"${checked.value}" stands here a second time (first at line ${first.at.line})`,
              'take one of them away',
            )
          else seen.set(String(checked.value), item)
        }
        return checked ? [checked] : []
      })
      return { ...tree, items }
    },
  }
}

/** A map with keys of one's own. `name` checks a key and says what is wrong with it. */
export function mapOf(inner: Shape, name: (key: string) => string | undefined = () => undefined): Shape {
  return {
    expected: 'a map',
    inner,
    check(tree, spot) {
      if (tree.kind !== 'map') {
        const remedy = tree.kind === 'list' ? 'write a name and a colon in place of each dash' : undefined
        return wrong(tree, spot, 'a map', remedy)
      }
      return eachEntry(tree, spot, (key, entry, here) => {
        const fault = key.startsWith('x-') ? undefined : name(key)
        if (fault !== undefined) spot.faults.add(entry.at, here.path, fault)
        return inner.check(entry.value, here)
      })
    },
  }
}

/** A map with fixed keys; `x-` keys are anyone's own (spec 11, Extension). */
export function object(attributes: Readonly<Record<string, Attribute>>, what = 'a map'): Shape {
  const names = Object.keys(attributes)
  return {
    expected: what,
    attributes,
    check(tree, spot) {
      if (tree.kind !== 'map') return wrong(tree, spot, what)
      for (const name of names) {
        const attribute = attributes[name]
        if (attribute?.required && !tree.entries.has(name)) {
          const remedy = `add "${name}:" with ${attribute.shape.expected}`
          spot.faults.add(tree.at, spot.path, `${name} is missing`, remedy)
        }
      }
      return eachEntry(tree, spot, (key, entry, here) => {
        if (key.startsWith('x-')) return entry.value
        const attribute = attributes[key]
        if (attribute) return attribute.shape.check(entry.value, here)
        const near = nearest(key, names)
        const remedy = near === undefined ? `known here: ${names.join(', ')}` : `did you mean "${near}"?`
        spot.faults.add(entry.at, here.path, `"${short(key)}" is not known here`, remedy)
        return undefined
      })
    },
  }
}

function eachEntry(
  tree: MapTree,
  spot: Spot,
  check: (key: string, entry: Entry, here: Spot) => Tree | undefined,
): MapTree {
  const entries = new Map<string, Entry>()
  for (const [key, entry] of tree.entries) {
    // What is reset goes away in the merge, whatever stands there.
    const value =
      entry.value.tag === 'reset' ? entry.value : check(key, entry, { ...spot, path: below(spot.path, key) })
    if (value) entries.set(key, value === entry.value ? entry : { ...entry, value })
  }
  return { ...tree, entries }
}

/** One shape for each kind of tree. Kinds without one are told what is expected. */
export function byKind(
  kinds: { readonly scalar?: Shape; readonly list?: Shape; readonly map?: Shape },
  expected: string,
): Shape {
  const attributes = kinds.map?.attributes
  const inner = kinds.list?.inner ?? kinds.map?.inner
  const entry = kinds.map?.entry ?? kinds.map?.inner
  const words = kinds.scalar?.words
  return {
    expected,
    ...(attributes ? { attributes } : {}),
    ...(inner ? { inner } : {}),
    ...(entry ? { entry } : {}),
    ...(words ? { words } : {}),
    check: (tree, spot) =>
      kinds[tree.kind]?.check(tree, spot) ?? (kinds[tree.kind] ? undefined : wrong(tree, spot, expected)),
  }
}

/** A shape whose result is changed: short forms become long ones. Not called for what is wrong. */
export function changed(
  shape: Shape,
  change: (tree: Tree, spot: Spot) => Tree | undefined,
  expected = shape.expected,
): Shape {
  return {
    ...shape,
    expected,
    check(tree, spot) {
      const checked = shape.check(tree, spot)
      return checked && change(checked, spot)
    },
  }
}

/** Nothing at all, or the shape: `key:` alone means its defaults. */
export function orEmpty(shape: Shape): Shape {
  return {
    ...shape,
    check: (tree, spot) => (tree.kind === 'scalar' && tree.value === null ? tree : shape.check(tree, spot)),
  }
}

/** Any value, kept as it stands. */
export const anything: Shape = { expected: 'anything', check: (tree) => tree }

/** A string at the place of another tree. */
export function textAt(value: string, tree: Tree): ScalarTree {
  return scalar(value, tree.at)
}
