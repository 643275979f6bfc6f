/** Shapes of single values that several attributes share. */
import { byKind, changed, listOf, type Shape, scalarShape, text, textAt, wrong } from '../shape.ts'
import { shellWords } from '../shell-words.ts'
import { list, type ScalarTree, type Tree } from '../tree.ts'

const DURATION = /^([-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w))+$/

/** A span of time with its units: `90s`, `1m30s`, `1h5m30s20ms` (spec 11, "Specifying durations"). */
export const duration: Shape = scalarShape(
  'a duration like 90s, 1m30s or 500ms',
  ({ value, text: written }) => {
    if (value === 0 || value === '0') return '0s'
    return typeof value === 'string' && DURATION.test(value) ? written : undefined
  },
  {
    remedy: ({ value, text: written }) =>
      typeof value === 'number' ? `write a unit: ${written}s` : undefined,
  },
)

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
}

/** Bytes of `64m`, `1.5gb`, `2048` (spec 11, "Specifying byte values"); undefined for what is none. */
export function bytesOf(value: ScalarTree['value']): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  const [, amount, unit] = /^(-1|\d+(?:\.\d+)?) ?([bkmgtp])?(?:i?b)?$/i.exec(String(value)) ?? []
  return amount === undefined
    ? undefined
    : Math.floor(Number(amount) * (UNITS[unit?.toLowerCase() ?? 'b'] ?? 1))
}

/** A size; its long form is the number of bytes as text, as Compose prints it. */
export const bytes: Shape = scalarShape('a size like 64m, 1.5gb or 2048', ({ value }) => {
  const size = value === null || typeof value === 'boolean' ? undefined : bytesOf(value)
  return size === undefined ? undefined : String(size)
})

/** Text or a number or a boolean, made text: for places where the kernel or an engine reads text. */
export const anyText: Shape = scalarShape('a string or a number', (tree) => {
  if (tree.value === null) return undefined
  return typeof tree.value === 'string' ? tree.value : written(tree)
})

/** A scalar as it was written: `1.10` stays `1.10`. */
export function written({ value, text: source }: ScalarTree): string {
  return typeof value === 'string' ? value : source
}

/** One string, or a list of them; the long form is the list. */
export function oneOrMore(inner: Shape = text, unique = false): Shape {
  const many = listOf(inner, { unique })
  return byKind(
    { scalar: changed(inner, (tree) => list([tree], tree.at)), list: many },
    'a string or a list of strings',
  )
}

/** A map, or a list of `KEY=VALUE`; the long form is the map. A key alone has no value (null). */
export function listOrMap(expected: string, separators = '='): Shape {
  return {
    expected,
    check(tree, spot) {
      if (tree.kind === 'map') return mapForm(tree, spot)
      if (tree.kind === 'list') return listForm(tree, spot, separators)
      return wrong(tree, spot, expected)
    },
  }
}

/** As `listOrMap`, where a name alone has the empty text for its value: labels, annotations, sysctls. */
export const namedTexts: Shape = changed(listOrMap('a map or a list of NAME=VALUE'), (tree) => {
  if (tree.kind !== 'map') return tree
  const entries = new Map(tree.entries)
  for (const [key, { at, value }] of tree.entries) {
    if (value.kind === 'scalar' && value.value === null)
      entries.set(key, { at, value: { ...value, value: '' } })
  }
  return { ...tree, entries }
})

function mapForm(tree: Extract<Tree, { kind: 'map' }>, spot: Parameters<Shape['check']>[1]): Tree {
  const entries = new Map(tree.entries)
  for (const [key, entry] of tree.entries) {
    const { value } = entry
    if (value.kind !== 'scalar') {
      spot.faults.add(
        value.at,
        `${spot.path}.${key}`,
        `must be a string, a number, true, false or empty, not a ${value.kind}`,
      )
    } else if (value.value !== null && value.tag !== 'reset') {
      entries.set(key, { ...entry, value: { ...value, value: written(value) } })
    }
  }
  return { ...tree, entries }
}

function listForm(
  tree: Extract<Tree, { kind: 'list' }>,
  spot: Parameters<Shape['check']>[1],
  separators: string,
): Tree {
  const entries = new Map<string, { at: Tree['at']; value: Tree }>()
  tree.items.forEach((item, index) => {
    if (item.kind !== 'scalar' || item.value === null) {
      spot.faults.add(
        item.at,
        `${spot.path}[${index}]`,
        `must be text like KEY${separators[0]}VALUE`,
        `put it in quotes: "KEY${separators[0]}VALUE"`,
      )
      return
    }
    const line = written(item)
    const cut = line.search(separators.length > 1 ? new RegExp(`[${separators}]`) : separators)
    const key = cut === -1 ? line : line.slice(0, cut)
    if (key === '')
      spot.faults.add(
        item.at,
        `${spot.path}[${index}]`,
        `"${line}" has no name before the ${separators[0]}`,
        `write "NAME${line}"`,
      )
    const value: Tree = cut === -1 ? { ...item, value: null } : { ...item, value: line.slice(cut + 1) }
    entries.set(key, { at: item.at, value })
  })
  return { kind: 'map', entries, at: tree.at, ...(tree.tag ? { tag: tree.tag } : {}) }
}

/** A program and its arguments: text is split as a shell would, a list is taken as it stands, empty means none. */
export const command: Shape = {
  expected: 'a command line or a list of words',
  check(tree, spot) {
    if (tree.kind === 'list') return listOf(anyText).check(tree, spot)
    if (tree.kind === 'scalar' && tree.value === null) return tree
    if (tree.kind !== 'scalar' || typeof tree.value !== 'string') {
      return wrong(tree, spot, 'a command line or a list of words')
    }
    const split = shellWords(tree.value)
    if ('words' in split)
      return list(
        split.words.map((each) => textAt(each, tree)),
        tree.at,
      )
    spot.faults.add(
      tree.at,
      spot.path,
      `the command line ${split.fault}`,
      'close it, or write a list of words',
    )
    return undefined
  },
}

/** Permission bits. YAML 1.2 reads `0440` as 440, and everyone means octal (spec 09, secrets: mode). */
export const mode: Shape = scalarShape('permission bits like 0440', (tree) => {
  const source = written(tree)
  if (/^0[0-7]+$/.test(source)) return Number.parseInt(source, 8)
  if (/^0o[0-7]+$/.test(source)) return Number.parseInt(source.slice(2), 8)
  return /^\d+$/.test(source) ? Number(source) : undefined
})
