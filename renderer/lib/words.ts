/** Splitting and joining a command as a shell would, for one text box that holds an argument list. */

/** Words of a line with single, double and backslash quoting; an unclosed quote ends at the end. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? ''
    if (quote === "'") {
      if (character === "'") quote = null
      else word = (word ?? '') + character
    } else if (
      character === '\\' &&
      at + 1 < line.length &&
      (quote === null || /["\\$`]/.test(line[at + 1] ?? ''))
    ) {
      at += 1
      word = (word ?? '') + line[at]
    } else if (quote === '"') {
      if (character === '"') quote = null
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + character
  }
  if (word !== null) words.push(word)
  return words
}

/** The line that `splitWords` splits into `words` again. */
export function joinWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ')
}

/** A reason as a sentence: a capital at its start and a full stop at its end. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?…]$/.test(trimmed) ? '' : '.'}`
}
