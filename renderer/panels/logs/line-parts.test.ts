import { expect, test } from 'vitest'
import { cutAtHits, findLevel } from './line-parts.ts'

test.each([
  ['ERROR payment refused', 'error'],
  ['2026-01-01 [warning] slow', 'warn'],
  ['level=info msg=ok', 'info'],
  ['terror in the informal group', undefined],
  [`${'x'.repeat(90)} error`, undefined],
])('%j', (text, level) => expect(findLevel(text)?.level).toBe(level))

test('cuts at each occurrence, in any case', () => {
  expect(cutAtHits('Time out, time', 'time').map((part) => [part.text, part.hit])).toEqual([
    ['Time', true],
    [' out, ', false],
    ['time', true],
  ])
})
