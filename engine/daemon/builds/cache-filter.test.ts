import { expect, test } from 'vitest'
import { cacheFilter } from './cache-filter.ts'
import type { SeenRecord } from './cache-plan.ts'

const HOUR = 3_600_000
const NOW = 100 * HOUR
const RECORD: SeenRecord = {
  ...{ id: 'abcdef', type: 'regular', description: 'RUN make', bytes: 1, createdAt: 0, uses: 0 },
  ...{ usedAt: NOW - 2 * HOUR, parents: ['above'], inUse: false, images: ['app:latest'] },
}

const fits = (filters: Record<string, string[]>) => cacheFilter(new Map(Object.entries(filters)), NOW)(RECORD)

test('each filter of a prune, alone and together', () => {
  expect(fits({})).toBe(true)
  expect([fits({ id: ['abc'] }), fits({ id: ['x'] })]).toEqual([true, false])
  expect([fits({ type: ['regular', 'internal'] }), fits({ type: ['internal'] })]).toEqual([true, false])
  expect([fits({ description: ['make'] }), fits({ parent: ['above'] })]).toEqual([true, true])
  expect([fits({ shared: ['true'] }), fits({ private: ['true'] })]).toEqual([true, false])
  expect([fits({ inuse: ['0'] }), fits({ inuse: ['1'] })]).toEqual([true, false])
  expect([fits({ 'unused-for': ['1h30m'] }), fits({ 'unused-for': ['3h'] })]).toEqual([true, false])
  expect(fits({ id: ['abc'], type: ['internal'] })).toBe(false)
  // A record has no labels.
  expect([fits({ label: ['a'] }), fits({ 'label!': ['a'] })]).toEqual([false, true])
})

test('what is no filter is refused', () => {
  expect(() => fits({ size: ['1'] })).toThrow("Invalid filter 'size'")
  expect(() => fits({ 'unused-for': ['soon'] })).toThrow("invalid filter 'unused-for=[soon]'")
})
