import { expect, test } from 'vitest'
import { lineChanges } from './line-diff.ts'

const text = (...lines: readonly string[]) => lines.join('\n')

test('the same text has no changes', () => {
  expect(lineChanges('a\nb', 'a\nb')).toEqual([])
})
test('a line that became another', () => {
  expect(lineChanges(text('a', 'level: info', 'c'), text('a', 'level: debug', 'c'))).toEqual([
    { line: 2, to: 2, was: ['level: info'], gone: false },
  ])
})
test('lines that came, and lines that went', () => {
  expect(lineChanges(text('a', 'b', 'c', 'd'), text('a', 'x', 'y', 'b', 'd'))).toEqual([
    { line: 2, to: 3, was: [], gone: false },
    { line: 4, to: 4, was: ['c'], gone: true },
  ])
})
test('from nothing', () => {
  expect(lineChanges('', text('a', 'b'))).toEqual([{ line: 1, to: 2, was: [''], gone: false }])
})
