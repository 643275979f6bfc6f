/** What a log line is made of on screen: ANSI spans, its level word, and what is found in it. */

export type Level = 'error' | 'warn' | 'info' | 'debug'

const LEVEL = /\b(error|err|fatal|panic|crit(?:ical)?|warn(?:ing)?|info|notice|debug|trace)\b/i

/** The level word near the start of a line, or null. */
export function findLevel(
  text: string,
): { readonly level: Level; readonly from: number; readonly to: number } | null {
  const match = LEVEL.exec(text.slice(0, 80))
  const word = match?.[1]
  if (!match || !word) return null
  return { level: levelOf(word.toLowerCase()), from: match.index, to: match.index + word.length }
}

function levelOf(word: string): Level {
  if (/^(err|fatal|panic|crit)/.test(word)) return 'error'
  if (word.startsWith('warn')) return 'warn'
  return word === 'debug' || word === 'trace' ? 'debug' : 'info'
}

/** Cuts a text at every occurrence of `needle` (lower case). */
export function cutAtHits(
  text: string,
  needle: string,
): readonly { readonly text: string; readonly hit: boolean }[] {
  if (needle === '') return [{ text, hit: false }]
  const low = text.toLowerCase()
  const parts: { text: string; hit: boolean }[] = []
  let from = 0
  for (let at = low.indexOf(needle); at !== -1; at = low.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false })
    parts.push({ text: text.slice(at, at + needle.length), hit: true })
    from = at + needle.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false })
  return parts
}
