import { expect, test } from 'vitest'
import { ageWords, preciseTime, spanWords } from './age.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

test.each([
  [-5, '0 s'],
  [59.9 * SECOND, '59 s'],
  [60 * SECOND, '1 min'],
  [HOUR, '1 h'],
  [47 * HOUR, '47 h'],
  [2 * DAY, '2 d'],
  [70 * DAY, '2 mo'],
  [800 * DAY, '2 y'],
])('%d ms is %s', (span, words) => expect(spanWords(span)).toBe(words))

test('an age is seen from now', () => {
  expect(ageWords('2026-11-23T10:00:00Z', Date.parse('2026-11-23T10:03:10Z'))).toBe('3 min')
})

test('nanoseconds are cut to milliseconds', () => {
  expect(preciseTime('2026-11-23T10:00:00.123456789Z')).toMatch(/:00:00\.123$/)
  expect(preciseTime('2026-11-23T10:00:00Z')).toMatch(/:00:00\.000$/)
})
