/** Ignore files (`.dockerignore`), as moby/patternmatcher reads and applies them. */
import { posix } from 'node:path'
import { EngineError } from '../errors.ts'
import { checkPattern, classAt, literal } from './wildcards.ts'

/** Whether a path is left out, and what a walk hands down to what lies in it: null above the root's entries. */
export interface Judgement {
  readonly excluded: boolean
  /** Which patterns it or a folder above it matched. */
  readonly state: readonly boolean[] | null
}

interface Pattern {
  readonly exception: boolean
  readonly matches: (path: string) => boolean
  /** Its first components, as far as they are no wildcards. */
  readonly fixed: readonly string[]
}

/** The patterns of an ignore file's text: comments, blanks, a byte order mark and leading slashes are gone. */
export function parseIgnoreFile(text: string): string[] {
  const patterns: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    // Only at the very beginning of a line: after a blank it is a name.
    if (line.startsWith('#')) continue
    let pattern = line.trim()
    if (pattern === '') continue
    const exception = pattern.startsWith('!')
    if (exception) pattern = pattern.slice(1).trim()
    if (pattern !== '') {
      pattern = clean(pattern)
      if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1)
    }
    patterns.push(exception ? `!${pattern}` : pattern)
  }
  return patterns
}

/**
 * Which paths of a context are left out. The last pattern that matches a path or a folder above it decides.
 * Throws `invalid`, naming the pattern, for one that can never match.
 */
export class IgnoreRules {
  readonly #patterns: readonly Pattern[]
  readonly #exceptions: readonly Pattern[]
  readonly #folders = new Map<string, Judgement>()

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns
      .map((pattern) => pattern.trim())
      .filter((pattern) => pattern !== '')
      .map(compile)
    this.#exceptions = this.#patterns.filter((pattern) => pattern.exception)
  }

  /** True when no path is left out. */
  get empty(): boolean {
    return this.#patterns.length === 0
  }

  /** Whether `path` (no slash at either end) is left out. The root never is. */
  excludes(path: string): boolean {
    return !this.empty && path !== '' && this.judge(path).excluded
  }

  /** The same, with what a walk from there has to know. */
  judge(path: string): Judgement {
    const slash = path.lastIndexOf('/')
    return this.step(slash < 0 ? null : this.#folder(path.slice(0, slash)).state, path)
  }

  /** One step of a walk: `above` is the state of the folder that holds `path`. */
  step(above: Judgement['state'], path: string): Judgement {
    const state: boolean[] = []
    let excluded = false
    for (let index = 0; index < this.#patterns.length; index++) {
      const pattern = this.#patterns[index] as Pattern
      let match = above?.[index] ?? false
      // An exception has nothing to take back, or the path is out already.
      if (!match && pattern.exception === excluded) match = pattern.matches(path)
      state.push(match)
      if (match) excluded = !pattern.exception
    }
    return { excluded, state }
  }

  /** Whether something below a folder that is left out may be part of the context all the same. */
  mayHold(folder: string): boolean {
    const parts = folder.split('/')
    return this.#exceptions.some((pattern) =>
      pattern.fixed.every((part, index) => index >= parts.length || part === parts[index]),
    )
  }

  #folder(path: string): Judgement {
    const known = this.#folders.get(path)
    if (known) return known
    const found = this.judge(path)
    this.#folders.set(path, found)
    return found
  }
}

function compile(written: string): Pattern {
  let text = clean(written)
  const exception = text.startsWith('!')
  if (exception) text = text.slice(1)
  if (text === '') throw new EngineError('invalid', 'illegal exclusion pattern: "!"')
  checkPattern(text)
  const parts = text.split('/')
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part))
  return { exception, matches: matcher(text), fixed: wild < 0 ? parts : parts.slice(0, wild) }
}

/** moby's own translation: `**` reaches over slashes, and without any wildcard a plain comparison does. */
function matcher(text: string): (path: string) => boolean {
  if (!/[*?[\]\\]/.test(text)) return (path) => path === text
  const prefix = /^([^*?[\]\\]*)\*\*$/.exec(text)?.[1]
  if (prefix !== undefined) return (path) => path.startsWith(prefix)
  const suffix = /^\*\*([^*?[\]\\]+)$/.exec(text)?.[1]
  if (suffix !== undefined) {
    return (path) => path.endsWith(suffix) || path === suffix.replace(/^\//, '')
  }
  const expression = new RegExp(`^${translate(text)}$`, 'u')
  return (path) => expression.test(path)
}

function translate(text: string): string {
  const characters = [...text]
  let source = ''
  for (let at = 0; at < characters.length; ) {
    const character = characters[at] as string
    if (character === '[') {
      const { source: part, next } = classAt(characters, at, text)
      source += part
      at = next
      continue
    }
    at++
    if (character === '?') source += '[^/]'
    else if (character === '\\') source += literal(characters[at++] as string)
    else if (character !== '*') source += literal(character)
    else if (characters[at] !== '*') source += '[^/]*'
    else {
      at++
      if (characters[at] === '/') at++
      source += at >= characters.length ? '.*' : '(?:.*/)?'
    }
  }
  return source
}

/** Go's `filepath.Clean`. */
function clean(path: string): string {
  const normal = posix.normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}
