/** daemon.json: its text -> its keys with the lines they stand on. Pure. */

/** A value of the file. */
export interface FileEntry {
  readonly value: unknown
  /** Counted from 1. */
  readonly line: number
}

/** The keys of the file's object, or what is wrong with its text. */
export type FileKeys =
  | { readonly kind: 'keys'; readonly keys: ReadonlyMap<string, FileEntry> }
  | { readonly kind: 'broken'; readonly why: string }

/** An empty text is an empty object, as Docker has it. */
export function readFileKeys(text: string): FileKeys {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (json.trim() === '') return { kind: 'keys', keys: new Map() }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return { kind: 'broken', why: `it is no valid JSON: ${(error as Error).message}` }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { kind: 'broken', why: 'it must hold one JSON object' }
  const lines = linesOfKeys(json)
  const twice = [...lines].find(([, at]) => at.length > 1)
  if (twice)
    return { kind: 'broken', why: `"${twice[0]}" stands in it twice, on lines ${twice[1].join(' and ')}` }
  const keys = new Map(
    Object.entries(value).map(([name, entry]) => [name, { value: entry, line: lines.get(name)?.[0] ?? 1 }]),
  )
  return { kind: 'keys', keys }
}

/** Lines of the outermost object's keys. `json` is valid. */
function linesOfKeys(json: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  let line = 1
  let depth = 0
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]|\n/gs)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && token.endsWith(':')) {
      const name = JSON.parse(token.replace(/\s*:$/, '')) as string
      found.set(name, [...(found.get(name) ?? []), line])
    }
    line += token.split('\n').length - 1
  }
  return found
}
