import { expect, test } from 'vitest'
import { nowNano, parseMoment, parseRfc3339, rfc3339 } from './clock.ts'

test('moments are later each time and keep nine digits', () => {
  const moments = Array.from({ length: 1000 }, nowNano)
  expect(moments.every((moment, index) => index === 0 || moment > (moments[index - 1] ?? 0n))).toBe(true)
  expect(rfc3339(1_700_000_000_000_000_001n)).toBe('2023-11-14T22:13:20.000000001Z')
})

test('RFC 3339 is read with zones and few digits, and nothing else is', () => {
  expect(parseRfc3339('2023-11-14T22:13:20.5Z')).toBe(1_700_000_000_500_000_000n)
  expect(parseRfc3339('2023-11-15T00:13:20.000000001+02:00')).toBe(1_700_000_000_000_000_001n)
  expect(parseRfc3339('2023-11-14')).toBeNull()
  expect(parseRfc3339('yesterday')).toBeNull()
})

test('a query’s moment is Unix seconds or RFC 3339, exactly', () => {
  expect(parseMoment('1700000000.000000001')).toBe(1_700_000_000_000_000_001n)
  expect(parseMoment('1700000000')).toBe(1_700_000_000_000_000_000n)
  expect(parseMoment('2023-11-14T22:13:20Z')).toBe(1_700_000_000_000_000_000n)
  expect(parseMoment('')).toBeNull()
  expect(() => parseMoment('soon')).toThrow('invalid time "soon"')
})
