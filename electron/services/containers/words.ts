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
 * Splits a line as a POSIX shell does: quotes, backslashes, continued lines; variables are not expanded.
 * Throws `invalid` for a quote that is not closed.
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
    } else {
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
      inside += c
    }
  }
  throw new EngineError('invalid', `the line opens a ${mark} that is never closed`)
}
