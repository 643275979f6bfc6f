/**
 * Editing: what can be written where, for the editor. This file: where in a YAML text the cursor stands. Read from the
 * lines and their indents and not by a parser, since a text that is being written is broken most of the time. Pure.
 */

/** Where the cursor stands. */
export interface YamlPlace {
  /** The keys above it; `-` for an item of a list. */
  readonly path: readonly string[]
  /** A key of a map is being written, or a value after its key, or an item of a list. */
  readonly part: 'key' | 'value' | 'item'
  /** What is written of it so far. */
  readonly word: string
  /** The column where that begins, from 1. */
  readonly from: number
  /** Keys that the map has already. */
  readonly siblings: ReadonlySet<string>
}

/** A line as far as this needs it. Columns from 0. */
interface Line {
  readonly lead: number
  readonly dashes: number
  /** The column of what comes after the dashes. */
  readonly at: number
  readonly key: string | null
  readonly rest: string
}

const KEY = /^("[^"]*"|'[^']*'|[^\s#:'"[{&*!|>-][^:#]*?)\s*:(?=\s|$)\s*/

/** The place at a line and a column, both from 1; null inside a comment. */
export function yamlPlace(text: string, line: number, column: number): YamlPlace | null {
  const lines = text.split('\n')
  const before = (lines[line - 1] ?? '').slice(0, column - 1)
  if (/(^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length))))
    return null
  const here = parse(before)
  const path = [...pathAbove(lines, line - 1, here), ...Array<string>(here.dashes).fill('-')]
  if (here.key !== null) return valuePlace([...path, here.key], here.rest, before.length)
  if (/^[[{]/.test(here.rest)) return flowPlace(path, here.rest, before.length)
  const siblings = siblingsOf(lines, line - 1, here)
  const isItem = here.dashes > 0
  return {
    path,
    part: isItem ? 'item' : 'key',
    word: here.rest,
    from: before.length - here.rest.length + 1,
    siblings,
  }
}

/** The key at a line and a column with its path, and its own columns; null where no key stands. */
export function yamlKeyAt(
  text: string,
  line: number,
  column: number,
): { readonly path: readonly string[]; readonly from: number; readonly to: number } | null {
  const lines = text.split('\n')
  const here = parse(lines[line - 1] ?? '')
  if (here.key === null || column - 1 < here.at || column - 1 > here.at + here.key.length) return null
  const path = [...pathAbove(lines, line - 1, here), ...Array<string>(here.dashes).fill('-'), here.key]
  return { path, from: here.at + 1, to: here.at + here.key.length + 1 }
}

/** The keys below a key of the top level, with their lines from 1. */
export function keysBelow(text: string, section: string): readonly string[] {
  const found: string[] = []
  let inside = false
  let indent: number | null = null
  for (const each of text.split('\n')) {
    const { lead, key, at } = parse(each)
    if (key === null) continue
    if (lead === 0) {
      inside = key === section
      indent = null
    } else if (inside) {
      indent ??= at
      if (at === indent) found.push(key)
    }
  }
  return found
}

function parse(line: string): Line {
  const [, space = '', dashes = ''] = /^(\s*)((?:-\s+|-$)*)/.exec(line) ?? []
  const at = space.length + dashes.length
  const content = line.slice(at)
  const found = KEY.exec(content)
  const key = found?.[1]?.replace(/^["']|["']$/g, '') ?? null
  return {
    lead: space.length,
    dashes: dashes.split('-').length - 1,
    at,
    key,
    rest: found ? content.slice(found[0].length) : content,
  }
}

function isEmpty(line: string): boolean {
  return /^\s*(#.*)?$/.test(line)
}

/** The path to the map or list in which a line stands, read upwards. */
function pathAbove(lines: readonly string[], index: number, here: Line): readonly string[] {
  const path: string[] = []
  // A list may stand as far left as the key that it belongs to.
  let equal = here.dashes > 0
  let limit = here.dashes > 0 ? here.lead : here.at
  for (let i = index - 1; i >= 0 && (limit > 0 || equal); i--) {
    const text = lines[i] ?? ''
    if (isEmpty(text)) continue
    const line = parse(text)
    if (line.dashes > 0 && line.at === limit && !equal) {
      // Another key of the same item.
      path.unshift(...Array<string>(line.dashes).fill('-'))
      limit = line.lead
      equal = true
    } else if (line.key !== null && (line.at < limit || (equal && line.dashes === 0 && line.at === limit))) {
      path.unshift(line.key)
      limit = line.at
      equal = false
      if (line.dashes > 0) {
        path.unshift(...Array<string>(line.dashes).fill('-'))
        limit = line.lead
        equal = true
      }
    }
  }
  return path
}

function siblingsOf(lines: readonly string[], index: number, here: Line): ReadonlySet<string> {
  const found = new Set<string>()
  for (const step of [-1, 1]) {
    for (let i = index + step; i >= 0 && i < lines.length; i += step) {
      const text = lines[i] ?? ''
      if (isEmpty(text)) continue
      const line = parse(text)
      if (line.at < here.at) break
      if (step === 1 && line.dashes > 0 && line.at === here.at) break
      if (line.at === here.at && line.key !== null) found.add(line.key)
      if (step === -1 && line.dashes > 0 && line.at === here.at) break
    }
  }
  return found
}

function valuePlace(path: readonly string[], rest: string, end: number): YamlPlace | null {
  if (/^[[{]/.test(rest)) return flowPlace(path, rest, end)
  return { path, part: 'value', word: rest, from: end - rest.length + 1, siblings: new Set() }
}

/** Inside `[a, b]` and `{ a: b }`, as deep as they are open. */
function flowPlace(path: readonly string[], text: string, end: number): YamlPlace | null {
  const open: { list: boolean; key: string | null; keys: Set<string> }[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    const top = open.at(-1)
    if (c === '[' || c === '{') open.push({ list: c === '[', key: null, keys: new Set() })
    else if (c === ']' || c === '}') open.pop()
    else if (c === ',' && top) top.key = null
    else if (c === ':' && top && !top.list && top.key === null && /\s|$/.test(text[i + 1] ?? '')) {
      top.key = text.slice(start, i).trim()
      top.keys.add(top.key)
    } else continue
    start = i + 1
  }
  const top = open.at(-1)
  if (!top) return null
  const raw = text.slice(start)
  const word = raw.trimStart()
  const below = open.flatMap(({ list, key }) => (list ? ['-'] : key === null ? [] : [key]))
  return {
    path: [...path, ...below],
    part: top.list ? 'item' : top.key === null ? 'key' : 'value',
    word,
    from: end - word.length + 1,
    siblings: top.keys,
  }
}
