/** A JSON value as the lines of a tree that folds, for the Inspect tab. */

export interface JsonLine {
  readonly path: string
  readonly depth: number
  readonly key: string | null
  /** The scalar as JSON, or the bracket of a container. */
  readonly text: string
  readonly kind: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'
  readonly children: number
  readonly value: unknown
}

/** The lines that show when `closed` (paths) are folded. With `query`, only lines that match, with their ancestors. */
export function jsonLines(value: unknown, closed: ReadonlySet<string>, query: string): readonly JsonLine[] {
  const low = query.trim().toLowerCase()
  const lines: JsonLine[] = []
  walk(value, null, '', 0, false)
  return lines

  /** Adds the line and what is below it; answers whether anything of it matches. */
  function walk(item: unknown, key: string | null, path: string, depth: number, inside: boolean): boolean {
    const line = describe(item, key, path, depth)
    const own =
      low === '' || inside || `${key ?? ''} ${line.children > 0 ? '' : line.text}`.toLowerCase().includes(low)
    const at = lines.length
    lines.push(line)
    let below = false
    if (line.children > 0 && (low !== '' || !closed.has(path))) {
      for (const [name, child] of Object.entries(item as object)) {
        const keyHit = low !== '' && own && depth > 0
        below = walk(child, name, `${path}/${name}`, depth + 1, keyHit) || below
      }
    }
    if (own || below) return true
    lines.length = at
    return false
  }
}

function describe(value: unknown, key: string | null, path: string, depth: number): JsonLine {
  const base = { path, depth, key, value }
  if (value === null || value === undefined) return { ...base, text: 'null', kind: 'null', children: 0 }
  if (Array.isArray(value)) {
    return { ...base, text: value.length === 0 ? '[]' : '[ ]', kind: 'array', children: value.length }
  }
  switch (typeof value) {
    case 'object': {
      const children = Object.keys(value).length
      return { ...base, text: children === 0 ? '{}' : '{ }', kind: 'object', children }
    }
    case 'number':
      return { ...base, text: String(value), kind: 'number', children: 0 }
    case 'boolean':
      return { ...base, text: String(value), kind: 'boolean', children: 0 }
    default:
      return { ...base, text: JSON.stringify(value), kind: 'string', children: 0 }
  }
}
