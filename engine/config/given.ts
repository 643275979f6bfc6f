/** Flags and a file -> what was said of each key, or every reason why not. Pure. */
import { readFileKeys } from './file.ts'
import { ALL_KEYS, flagsOf, type Given, type KeyName } from './keys.ts'
import { WrongValue } from './kinds.ts'
import { nearest } from './nearest.ts'
import { REFUSED } from './refused.ts'

/** What flags said: the words of each, in order. */
export type FlagWords = ReadonlyMap<KeyName, readonly string[]>

/** A file with where it is. */
export interface ConfigFile {
  readonly path: string
  readonly text: string
}

/** What was said, or the reasons why it cannot be, each a sentence. */
export type Said =
  | { readonly kind: 'given'; readonly given: Given }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }

/** Reads both. A key may come from one of them only, as in Docker. */
export function combine(flags: FlagWords, file: ConfigFile | null): Said {
  const read =
    file === null ? { kind: 'keys' as const, keys: new Map<string, never>() } : readFileKeys(file.text)
  if (read.kind === 'broken') return { kind: 'refused', reasons: [inFile(file, read.why)] }
  const reasons: string[] = []
  const given: Record<string, unknown> = {}
  for (const [name, words] of flags)
    attempt(reasons, `--${flagsOf(name)[0]}`, () => {
      given[name] = kindOf(name)?.fromFlags(words)
    })
  const unknown: string[] = []
  const twice: string[] = []
  for (const [name, { value, line }] of read.keys) {
    const known = kindOf(name)
    const refused = REFUSED[name]
    if (!known && refused !== undefined)
      reasons.push(inFile(file, `"${name}" (line ${line}) cannot be set: ${refused}`))
    else if (!known) unknown.push(`${name} (line ${line}${suggestion(name)})`)
    else if (flags.has(name as KeyName)) twice.push(conflict(name as KeyName, flags, value))
    else
      attempt(reasons, inFile(file, `"${name}" (line ${line})`), () => {
        given[name] = known.fromFile(value)
      })
  }
  if (unknown.length > 0)
    reasons.push(
      inFile(file, `the following directives don't match any configuration option: ${unknown.join(', ')}`),
    )
  if (twice.length > 0)
    reasons.push(
      inFile(
        file,
        `the following directives are specified both as a flag and in the configuration file: ${twice.join(', ')}`,
      ),
    )
  return reasons.length > 0 ? { kind: 'refused', reasons } : { kind: 'given', given: given as Given }
}

function kindOf(name: string) {
  return ALL_KEYS.find(([known]) => known === name)?.[1].kind
}

/** Nearly Docker's words, which people search for. */
function inFile(file: ConfigFile | null, what: string): string {
  return `unable to configure the engine with file ${file?.path}: ${what}`
}

function conflict(name: KeyName, flags: FlagWords, value: unknown): string {
  const words = flags.get(name) ?? []
  const said = kindOf(name)?.takes === 'many' ? `[${words.join(' ')}]` : words.join(' ')
  return `${name}: (from flag: ${said}, from file: ${typeof value === 'string' ? value : JSON.stringify(value)})`
}

function suggestion(name: string): string {
  const near = nearest(name, [...ALL_KEYS.map(([known]) => known), ...Object.keys(REFUSED)])
  return near === null ? '' : `; did you mean "${near}"?`
}

function attempt(reasons: string[], what: string, read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error
    reasons.push(`${what} ${error.message}`)
  }
}
