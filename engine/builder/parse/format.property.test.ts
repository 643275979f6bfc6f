/** Whatever blanks a file has: formatting it changes neither what it means, nor itself when done again. */
import { describe, expect, test } from 'vitest'
import { formatDockerfile } from './format.ts'
import { parseDockerfile } from './parse.ts'
import { mutations, SEEDS } from './seeds.ts'

describe.each(SEEDS)('a file of %s', (_title, text) => {
  test('means the same when formatted, however it is blanked', () => {
    for (const changed of [text, ...mutations(text, 60, blanks)]) {
      const formatted = formatDockerfile(changed)
      expect(meaning(formatted), changed).toEqual(meaning(changed))
      expect(formatDockerfile(formatted), changed).toBe(formatted)
    }
  })
})

/** Blanks, line ends and capitals put at a place of the text. */
function blanks(text: string, at: number, pick: (count: number) => number): string {
  const pieces = [
    ' ',
    '   ',
    '\t',
    ' \\\n',
    '\\\n',
    '\\\n   ',
    '\n',
    '\n\n\n',
    ' \\\n # c\n ',
    '"',
    "'",
    '`',
    '\\',
  ]
  return text.slice(0, at) + (pieces[pick(pieces.length)] ?? '') + text.slice(at)
}

/** The tree without places, and with runs of blanks outside of quotes as one. */
function meaning(text: string): unknown {
  const { directives, globalArgs, stages, problems } = parseDockerfile(text)
  const told = problems
    .filter((one) => one.severity === 'error')
    .map((one) => squeeze(one.message))
    .toSorted()
  return strip({ directives, globalArgs, stages, told })
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip)
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'range' || key === 'body' || key === 'keyword') return []
    // What a shell gets; the text that is shown of an instruction is made of it.
    if (key === 'text' && 'form' in value) return [[key, squeeze(String(inner))]]
    if (key === 'text' && 'kind' in value) return [[key, String(inner).replace(/\s+/g, ' ').toLowerCase()]]
    return [[key, strip(inner)]]
  })
  return Object.fromEntries(entries)
}

function squeeze(text: string): string {
  return text
    .replace(/("(?:[^"\\]|\\.)*"|'[^']*'|\\.)|\s+/gs, (_all, kept: string | undefined) => kept ?? ' ')
    .trim()
}
