/** A docker line over several lines, one flag a line, as one would write it down. */

/** Flags of the preview's lines that take no value. */
const SWITCHES = new Set(['-d', '-dit', '-it', '--rm', '--read-only'])

/** Breaks before each flag and before the image, with the shell's line continuation. */
export function breakCommand(line: string): string {
  const words = line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g) ?? []
  const [program = '', verb = '', ...rest] = words
  // How it is started belongs to the verb.
  const started = rest[0] !== undefined && /^-(d|dit|it)$/.test(rest[0]) ? [rest.shift()] : []
  const lines = [[program, verb, ...started].join(' ')]
  while (rest[0]?.startsWith('-')) {
    const flag = rest.shift() ?? ''
    lines.push(SWITCHES.has(flag) || rest.length === 0 ? flag : `${flag} ${rest.shift()}`)
  }
  if (lines.length === 1) return line
  return [...lines, rest.join(' ')].join(' \\\n  ')
}
