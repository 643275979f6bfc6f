import type { Slice } from './source.ts'
import type { Range, Word } from './tree.ts'

/** Words between blanks; quotes mean nothing to them. */
export function splitBlanks(slice: Slice): readonly Word[] {
  const words: Word[] = []
  for (const match of slice.text.matchAll(/[^\t\v\f\r ]+/g)) {
    words.push(slice.sub(match.index, match.index + match[0].length).word())
  }
  return words
}

/** Words between blanks that are not quoted or escaped; quotes and escapes stay in them. */
export function splitQuoted(slice: Slice, escapeSign: string): readonly Slice[] {
  const words: Slice[] = []
  const { text } = slice
  let start = -1
  let quote = ''
  for (let i = 0; i <= text.length; i++) {
    const character = text[i]
    if (character === undefined || (quote === '' && /\s/u.test(character))) {
      // An escape that ends the text escapes nothing and is no part of the word.
      const end =
        character === undefined && text[i - 1] === escapeSign && isOdd(text, i, escapeSign) ? i - 1 : i
      if (start >= 0 && end > start) words.push(slice.sub(start, end))
      start = -1
      continue
    }
    if (start < 0) start = i
    if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === quote) quote = ''
    else if (character === escapeSign && quote !== "'") i = Math.min(i + 1, text.length - 1)
  }
  return words
}

/** Whether an odd number of `character` stands before `end`. */
function isOdd(text: string, end: number, character: string): boolean {
  let start = end
  while (text[start - 1] === character) start--
  return (end - start) % 2 === 1
}

/** What a text in JSON form is. */
export type JsonList =
  | { readonly kind: 'list'; readonly words: readonly Word[] }
  /** JSON, with something other than strings in it. */
  | { readonly kind: 'other'; readonly range: Range }
  /** Not JSON: it is for the shell, or words between blanks. */
  | { readonly kind: 'none' }

/** Reads `["a", "b"]`; each word is the string that the JSON means, at the place of its quotes. */
export function readJsonList(slice: Slice): JsonList {
  if (!slice.text.startsWith('[')) return { kind: 'none' }
  let value: unknown
  try {
    value = JSON.parse(slice.text)
  } catch {
    return { kind: 'none' }
  }
  if (!Array.isArray(value)) return { kind: 'none' }
  const items: readonly unknown[] = value
  if (!items.every((item) => typeof item === 'string')) return { kind: 'other', range: slice.range() }
  const words: Word[] = []
  for (const match of slice.text.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const text = items[words.length]
    if (text !== undefined) words.push(slice.sub(match.index, match.index + match[0].length).word(text))
  }
  return { kind: 'list', words }
}
