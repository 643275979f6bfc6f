/**
 * Build contexts: which files of a folder or an archive are part of a build, and what they are.
 *
 * This file: the patterns of COPY's sources and of ignore files. A pattern is Go's (`filepath.Match`): `*` and `?`
 * stop at a slash, `[^a-z]` is a class, a backslash takes the next character as it is.
 */
import { readdirSync } from 'node:fs'
import { EngineError } from '../errors.ts'

const SPECIAL = /[\\^$.*+?()[\]{}|/]/

/** One character as a regular expression that matches just it. */
export function literal(character: string): string {
  return SPECIAL.test(character) ? `\\${character}` : character
}

/** The same inside of a class, where a dash is special too. */
function classLiteral(character: string): string {
  return character === '-' ? '\\-' : literal(character)
}

/** Throws `invalid` for a pattern that is never right: an open class, a range without end, a lone backslash. */
export function badPattern(pattern: string): EngineError {
  return new EngineError('invalid', `"${pattern}" is not a pattern: syntax error in pattern`)
}

/** The class that begins at `[`: its regular expression, and where the pattern goes on. Throws `invalid`. */
export function classAt(
  characters: readonly string[],
  at: number,
  pattern: string,
): { readonly source: string; readonly next: number } {
  let next = at + 1
  let source = '['
  if (characters[next] === '^') {
    source += '^'
    next++
  }
  const member = () => {
    const first = characters[next]
    if (first === undefined || first === '-' || first === ']') throw badPattern(pattern)
    const taken = first === '\\' ? characters[++next] : first
    if (taken === undefined || next + 1 >= characters.length) throw badPattern(pattern)
    next++
    return taken
  }
  for (let members = 0; members === 0 || characters[next] !== ']'; members++) {
    const low = member()
    if (characters[next] !== '-') {
      source += classLiteral(low)
      continue
    }
    next++
    const high = member()
    // Go lets a range be the wrong way round: it matches nothing.
    if ((low.codePointAt(0) as number) <= (high.codePointAt(0) as number))
      source += `${classLiteral(low)}-${classLiteral(high)}`
  }
  // An empty class matches nothing, its negation everything: JavaScript has both.
  return { source: `${source}]`, next: next + 1 }
}

/** Whether a path is a pattern: any of `*`, `?`, `[` that no backslash stands before. */
export function hasWildcard(path: string): boolean {
  return /^(?:[^\\*?[]|\\.)*[*?[]/su.test(path)
}

/** A path without the backslashes that keep its characters from being wildcards. */
export function unescapePath(path: string): string {
  return path.replace(/\\(.)/gsu, '$1')
}

/** One component of a pattern (it holds no slash) as a regular expression. Throws `invalid`. */
export function componentMatcher(pattern: string): RegExp {
  const characters = [...pattern]
  let source = ''
  for (let at = 0; at < characters.length; ) {
    const character = characters[at] as string
    if (character === '[') {
      const { source: part, next } = classAt(characters, at, pattern)
      source += part
      at = next
      continue
    }
    at++
    if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character !== '\\') source += literal(character)
    else {
      const escaped = characters[at++]
      if (escaped === undefined) throw badPattern(pattern)
      source += literal(escaped)
    }
  }
  return new RegExp(`^${source}$`, 'u')
}

/** Whether `pattern` is one that can be used at all. Throws `invalid` when not. */
export function checkPattern(pattern: string): void {
  for (const part of pattern.split('/')) componentMatcher(part)
}

/**
 * Paths below `root` (no slash at either end) that match `pattern`, in order; `**` stands for any number of folders.
 * Symbolic links on the way are not followed. A folder that matches is named, not what is in it.
 */
export function expandPattern(
  root: string,
  pattern: string,
  includes: (path: string, isFolder: boolean) => boolean = () => true,
): string[] {
  const parts = pattern
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '**' ? null : { text: part, matcher: componentMatcher(part) }))
  const found = new Set<string>()
  const visit = (folder: string, at: number): void => {
    const part = parts[at]
    const last = at === parts.length - 1
    let entries: { name: string; isFolder: boolean }[]
    try {
      entries = readdirSync(folder === '' ? root : `${root}/${folder}`, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((one, other) => (one.name < other.name ? -1 : 1))
    } catch {
      return // a file where a folder would have to be: nothing matches in it
    }
    if (part === null && !last) visit(folder, at + 1)
    for (const { name, isFolder } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (part === null) {
        if (last && includes(path, isFolder)) found.add(path)
        else if (isFolder) visit(path, at)
      } else if (part?.matcher.test(name)) {
        if (!last) {
          if (isFolder) visit(path, at + 1)
        } else if (includes(path, isFolder)) found.add(path)
      }
    }
  }
  if (parts.length === 0) return ['']
  visit('', 0)
  return [...found].sort()
}
