/** Files broken at random: nothing throws, and every place that is told is one of the text. */
import { describe, expect, test } from 'vitest'
import { expandWords } from './expand.ts'
import { formatDockerfile } from './format.ts'
import { parseDockerfile, parseTrigger } from './parse.ts'
import { mutations, SEEDS } from './seeds.ts'
import type { Position } from './tree.ts'

const ROUNDS = 100

describe.each(SEEDS)('a file of %s, broken', (_title, text) => {
  test('is read, formatted and told of without failing', () => {
    for (const broken of mutations(text, ROUNDS, breakIt)) {
      const file = parseDockerfile(broken)
      expect(strayPlaces(file, broken), broken).toEqual([])
      expect(typeof formatDockerfile(broken)).toBe('string')
      expect(strayPlaces(parseTrigger(broken), broken), broken).toEqual([])
    }
  })

  test('is expanded, or an error tells its place', () => {
    for (const broken of mutations(text, ROUNDS, breakIt)) {
      try {
        expandWords(broken, (name) => (name.length % 2 === 0 ? name : undefined))
      } catch (error) {
        expect(error).toMatchObject({ name: 'ExpansionError', kind: 'invalid' })
      }
    }
  })
})

/** Cuts a piece out, doubles one, or puts a sign in that means something. */
function breakIt(text: string, at: number, pick: (count: number) => number): string {
  const signs = [
    '\n',
    '\r',
    '\\',
    '`',
    '"',
    "'",
    '$',
    '${',
    '}',
    '<<',
    '<<-E',
    '[',
    ']',
    '=',
    '#',
    '--',
    ',',
    '\uFEFF',
  ]
  const more = [
    '\u0000',
    '𝒳',
    'FROM ',
    'ONBUILD ',
    'RUN ',
    '--mount=',
    ' ',
    '\t',
    ':',
    '/',
    '\\\n',
    '# escape=`\n',
  ]
  const all = [...signs, ...more]
  const length = pick(12)
  switch (pick(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length)
    case 1:
      return text.slice(0, at + length) + text.slice(at)
    default:
      return text.slice(0, at) + (all[pick(all.length)] ?? '') + text.slice(at)
  }
}

/** Ranges anywhere in `value` that are turned around, or not within the text as an editor counts it. */
function strayPlaces(value: unknown, text: string): readonly unknown[] {
  const lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n')
  const isIn = ({ line, column }: Position) =>
    line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1
  const stray: unknown[] = []
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) return
    if (isRange(one)) {
      const { start, end } = one
      const isTurned = end.line < start.line || (end.line === start.line && end.column < start.column)
      if (isTurned || !isIn(start) || !isIn(end)) stray.push(one)
    }
    for (const inner of Object.values(one)) visit(inner)
  }
  visit(value)
  return stray
}

function isRange(value: object): value is { start: Position; end: Position } {
  return 'start' in value && 'end' in value
}
