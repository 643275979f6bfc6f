/** The filter box's language: words that must occur, and `key:value` tokens, each one negatable by a leading `-`. */

export interface FilterQuery {
  readonly words: readonly { readonly text: string; readonly not: boolean }[]
  readonly tokens: readonly { readonly key: string; readonly value: string; readonly not: boolean }[]
}

/** Reads a query; keys not among `keys` are plain words, so that `nginx:1.27` finds an image. */
export function parseFilter(text: string, keys: readonly string[]): FilterQuery {
  const words: { text: string; not: boolean }[] = []
  const tokens: { key: string; value: string; not: boolean }[] = []
  for (const part of text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []) {
    const not = part.length > 1 && part.startsWith('-')
    const bare = (not ? part.slice(1) : part).replaceAll('"', '').toLowerCase()
    const colon = bare.indexOf(':')
    const key = bare.slice(0, Math.max(0, colon))
    if (colon > 0 && keys.includes(key)) tokens.push({ key, value: bare.slice(colon + 1), not })
    else if (bare !== '') words.push({ text: bare, not })
  }
  return { words, tokens }
}

/** Whether a thing passes: `text` is all that words may occur in, `has` answers for one token. */
export function passesFilter(
  query: FilterQuery,
  text: string,
  has: (key: string, value: string) => boolean,
): boolean {
  const low = text.toLowerCase()
  return (
    query.words.every((word) => low.includes(word.text) !== word.not) &&
    query.tokens.every((token) => token.value === '' || has(token.key, token.value) !== token.not)
  )
}

/** The text with `key:` set to `value`, or without that key when `value` is null. */
export function withToken(text: string, key: string, value: string | null): string {
  const rest = text
    .split(/\s+/)
    .filter((part) => part !== '' && !part.toLowerCase().startsWith(`${key}:`))
    .join(' ')
  return value === null ? rest : [`${key}:${value}`, rest].filter((part) => part !== '').join(' ')
}
