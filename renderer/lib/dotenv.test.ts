import { expect, test } from 'vitest'
import { isSecretName, looksLikeDotenv, parseDotenv } from './dotenv.ts'

test('reads names, quotes, comments and export', () => {
  expect(
    parseDotenv(
      [
        '# database',
        'A=1',
        'export B = two words # why',
        'C="x # y\\n"',
        "D='$A'",
        '',
        'no assignment',
        'E=',
      ].join('\n'),
    ),
  ).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'two words' },
    { name: 'C', value: 'x # y\n' },
    { name: 'D', value: '$A' },
    { name: 'E', value: '' },
  ])
})

test('one value is not taken for a file', () => {
  expect(looksLikeDotenv('A=1\nB=2')).toBe(true)
  expect(looksLikeDotenv('A=1')).toBe(false)
  expect(looksLikeDotenv('first\nsecond')).toBe(false)
})

test('secrets are known by their names', () => {
  expect(['POSTGRES_PASSWORD', 'API_KEY', 'github_token'].every(isSecretName)).toBe(true)
  expect(['POSTGRES_DB', 'KEYBOARD', 'PATH'].some(isSecretName)).toBe(false)
})
