/** A docker line over several lines, one flag a line, as one would write it down. */

/** Breaks before each flag, and before `last` (the image), with the shell's line continuation. */
export function breakCommand(line: string, last: string): string {
  const words = line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g) ?? []
  const at = words.findIndex((word, index) => index > 1 && (word === last || word === `'${last}'`))
  const end = at === -1 ? words.length : at
  const first = words.findIndex((word, index) => index > 1 && word.startsWith('-') && word !== '-d')
  if (first === -1 || first >= end) return line
  const lines = [words.slice(0, first).join(' ')]
  for (const word of words.slice(first, end)) {
    if (word.startsWith('-')) lines.push(word)
    else lines[lines.length - 1] += ` ${word}`
  }
  if (end < words.length) lines.push(words.slice(end).join(' '))
  return lines.join(' \\\n  ')
}
