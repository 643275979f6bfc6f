import { expect, test } from 'vitest'
import { outsideId, parseIdMap } from './user-namespace.ts'

test('a map is read, and ids are looked up in it', () => {
  const map = parseIdMap('         0       1002          1\n         1     165536      65535\n')
  expect(map).toEqual([
    { inside: 0, outside: 1002, count: 1 },
    { inside: 1, outside: 165536, count: 65535 },
  ])
  expect(outsideId(map, 0)).toBe(1002)
  expect(outsideId(map, 1)).toBe(165536)
  expect(outsideId(map, 65535)).toBe(165536 + 65534)
  expect(outsideId(map, 65536)).toBeNull()
})
