/** Shell words: quoting for command lines that are shown, splitting for those that are pasted. Pure. */
import { EngineError } from '../../../engine/errors.ts'

/** One word as a POSIX shell reads it back. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Words joined to a line. */
export function line(words: readonly string[]): string {
  return words.map(quote).join(' ')
}

/**
 * Splits a line as a POSIX shell does: quotes, backslashes, continued lines, a comment at its end. Throws `invalid`
 * for a quote that is not closed, and for what only a shell can answer: variables, substitutions, pipes, lists.
 */
export function split(text: string): string[] {
  const words: string[] = []
  let word: string | null = null
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === "'" || c === '"') {
      const [inside, end] = quoted(text, i, c)
      word = (word ?? '') + inside
      i = end
    } else if (c === '\\') {
      i += 1
      if (text[i] === '\r') i += 1
      if (text[i] !== '\n') word = (word ?? '') + (text[i] ?? '')
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word)
      word = null
      if (c === '\n' && words.length > 0 && text.slice(i).trim() !== '')
        throw several('there is a second line')
    } else if (c === '#' && word === null) {
      const end = text.indexOf('\n', i)
      i = end === -1 ? text.length : end - 1
    } else if (/[;&|<>()]/.test(c)) {
      throw several(`there is an unquoted ${c}`)
    } else {
      refuseExpansion(text, i)
      word = (word ?? '') + c
    }
  }
  if (word !== null) words.push(word)
  return words
}

/** What stands between quotes that open at `start`, and where they close. */
function quoted(text: string, start: number, mark: string): readonly [string, number] {
  let inside = ''
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === mark) return [inside, i]
    if (c === '\\' && mark === '"' && /["\\$`\n]/.test(text[i + 1] ?? '')) {
      i += 1
      if (text[i] !== '\n') inside += text[i]
    } else {
      if (mark === '"') refuseExpansion(text, i)
      inside += c
    }
  }
  throw new EngineError('invalid', `the line opens a ${mark} that is never closed`)
}

/** What stands at `at` would be filled in by the shell, and nobody here knows what with. */
function refuseExpansion(text: string, at: number): void {
  const found = /^(?:\$\([^)]*\)?|\$\{[^}]*\}?|\$\w+|`[^`]*`?)/.exec(text.slice(at, at + 80))
  if (found) {
    throw new EngineError('invalid', `${found[0]} is filled in by a shell; write what it stands for instead`)
  }
}

function several(why: string): EngineError {
  return new EngineError('invalid', `this is more than one command: ${why}`)
}
