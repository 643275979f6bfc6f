import { expect, test } from 'vitest'
import { type CacheWish, planCache, type SeenRecord } from './cache-plan.ts'

const HOUR = 3_600_000
const NOW = 100 * HOUR

const record = (id: string, hoursAgo: number, more: Partial<SeenRecord> = {}): SeenRecord => ({
  ...{ id, type: 'regular', description: `RUN ${id}`, bytes: 100, createdAt: 0, uses: 1, parents: [] },
  ...{ usedAt: NOW - hoursAgo * HOUR, inUse: false, images: [], ...more },
})

function plan(seen: readonly SeenRecord[], wish: Partial<CacheWish> = {}): string[] {
  const limits = { reserved: 0, mostUsed: 0, leastFree: 0 }
  return planCache(seen, { all: false, fits: () => true, limits, freeBytes: 0, now: NOW, ...wish }).map(
    ({ record: { id }, goes, reason }) => `${id} ${goes ? 'goes' : 'stays'}: ${reason}`,
  )
}

test('without a limit all goes that no image has and no build uses; with `all` what images have too [11.09]', () => {
  const seen = [
    record('a', 2),
    record('b', 1, { images: ['app:latest'] }),
    record('c', 0, { inUse: true }),
    record('d', 30, { type: 'internal' }),
  ]
  expect(plan(seen)).toEqual([
    'a goes: not used for 2 hours',
    'b stays: it is a part of app:latest',
    'c stays: a running build uses it',
    'd stays: it is the builder’s own',
  ])
  expect(plan(seen, { all: true })[1]).toBe('b goes: not used for 1 hour')
  expect(plan(seen, { all: true, fits: ({ id }) => id === 'b' })[0]).toBe('a stays: no filter fits it')
})

test('what something stands on goes after it, or stays with it', () => {
  const chain = [record('a', 9), record('b', 8, { parents: ['a'] }), record('c', 1, { parents: ['b'] })]
  expect(plan(chain).every((line) => line.includes('goes'))).toBe(true)
  const used = chain.map((each) => (each.id === 'c' ? { ...each, inUse: true } : each))
  expect(plan(used)).toEqual([
    'a stays: RUN b stands on it',
    'b stays: RUN c stands on it',
    'c stays: a running build uses it',
  ])
})

test('down to a limit, what was used longest ago first; never below what is reserved', () => {
  const seen = [record('a', 3), record('b', 2), record('c', 1)]
  const limits = (more: object) => ({ limits: { reserved: 0, mostUsed: 0, leastFree: 0, ...more } })
  const gone = (lines: string[]) => lines.filter((line) => line.includes(' goes')).map((line) => line[0])
  expect(gone(plan(seen, limits({ mostUsed: 200 })))).toEqual(['a'])
  expect(plan(seen, limits({ mostUsed: 200 }))[2]).toMatch(/^c stays: it fits in the 200 bytes/)
  expect(gone(plan(seen, { ...limits({ leastFree: 150 }), freeBytes: 0 }))).toEqual(['a', 'b'])
  expect(gone(plan(seen, { ...limits({ leastFree: 150 }), freeBytes: 500 }))).toEqual([])
  expect(gone(plan(seen, { ...limits({ leastFree: 900, reserved: 250 }), freeBytes: 0 }))).toEqual(['a'])
})
