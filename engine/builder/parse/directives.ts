import { type Problems, toProblem } from './problem.ts'
import type { Source } from './source.ts'
import type { Dockerfile, Word } from './tree.ts'

/** The directives of a file, and where what follows them starts. */
export interface ReadDirectives {
  readonly directives: Dockerfile['directives']
  readonly end: number
}

/** Reads `# name=value` lines at the top; the first line of another kind ends them (Dockerfile reference, "Parser directives"). */
export function readDirectives(source: Source, problems: Problems): ReadDirectives {
  const found = new Map<string, Word>()
  let at = 0
  while (at < source.text.length) {
    const newline = source.text.indexOf('\n', at)
    const next = newline < 0 ? source.text.length : newline + 1
    const line = source.text.slice(at, next)
    const match = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line)
    const name = match?.[1]?.toLowerCase() ?? ''
    if (match === null || (name !== 'syntax' && name !== 'escape' && name !== 'check')) break
    const value = match[2] ?? ''
    const start = at + line.lastIndexOf(value)
    const word = { text: value, range: source.range(start, start + value.length) }
    if (found.has(name)) {
      const range = source.range(at + line.indexOf('#'), at + line.trimEnd().length)
      problems.push(toProblem(`only one ${name} parser directive can be used`, range))
    } else found.set(name, word)
    at = next
  }
  const sign = found.get('escape')
  if (sign !== undefined && sign.text !== '\\' && sign.text !== '`') {
    const message = `invalid escape token '${sign.text}' does not match \` or \\`
    problems.push(toProblem(message, sign.range, '\\'))
  }
  return {
    directives: {
      syntax: found.get('syntax') ?? null,
      escape: sign?.text === '`' ? '`' : '\\',
      check: found.get('check') ?? null,
    },
    end: at,
  }
}
