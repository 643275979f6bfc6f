/** A command line split as a shell would, without expanding anything: what `command: text` means (spec 05, command). */

/** The words, or what is wrong with the line. */
export function shellWords(line: string): { readonly words: readonly string[] } | { readonly fault: string } {
  const words: string[] = []
  let word = ''
  let started = false
  let quote: '"' | "'" | undefined
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string
    if (quote === "'") {
      if (char === "'") quote = undefined
      else word += char
    } else if (char === '\\') {
      const next = line[++index]
      if (next === undefined) return { fault: 'ends with a backslash that escapes nothing' }
      // In double quotes a backslash is special only before these (POSIX, 2.2.3).
      const kept = quote === '"' && !'"\\$`\n'.includes(next) ? `\\${next}` : next
      word += next === '\n' ? '' : kept
      started = true
    } else if (quote === '"') {
      if (char === '"') quote = undefined
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      started = true
    } else if (/\s/.test(char)) {
      if (started) words.push(word)
      word = ''
      started = false
    } else {
      word += char
      started = true
    }
  }
  if (quote) return { fault: `has a quote ${quote} that is never closed` }
  if (started) words.push(word)
  return { words }
}
