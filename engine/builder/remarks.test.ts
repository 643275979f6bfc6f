import { expect, test } from 'vitest'
import { parseDockerfile } from './parse/parse.ts'
import type { Problem } from './parse/tree.ts'
import { remarksOf } from './remarks.ts'

const found = (rule: string, line: number, column: number): Problem => {
  const place = { line, column }
  return { severity: 'warning', rule, message: rule, range: { start: place, end: place }, suggestion: null }
}

test('what the file alone told is not told again', () => {
  const file = parseDockerfile('FROM scratch\nCOPY $none /x')
  const remarks = remarksOf(file, [found('UndefinedVar', 2, 6), found('CopyIgnoredFile', 2, 1)])
  expect(remarks.map(({ rule }) => rule)).toEqual(['CopyIgnoredFile'])
})

test('the check directive holds for what planning finds', () => {
  const skipping = parseDockerfile('# check=skip=CopyIgnoredFile\nFROM scratch')
  expect(remarksOf(skipping, [found('CopyIgnoredFile', 2, 1)])).toEqual([])
  const strict = parseDockerfile('# check=error=true\nFROM scratch')
  const remarks = remarksOf(strict, [found('CopyIgnoredFile', 2, 1), found('UnconsumedBuildArgs', 1, 1)])
  expect(remarks.map(({ rule, severity }) => [rule, severity])).toEqual([
    ['UnconsumedBuildArgs', 'warning'],
    ['CopyIgnoredFile', 'error'],
  ])
})
