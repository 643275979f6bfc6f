import { expect, test } from 'vitest'
import { LineRing } from './line-ring.ts'

test('keeps the newest and their numbers', () => {
  const ring = new LineRing<string>(3)
  for (const line of ['a', 'b', 'c', 'd', 'e']) ring.push(line)
  expect([...ring]).toEqual(['c', 'd', 'e'])
  expect(ring.first).toBe(2)
  expect(ring.length).toBe(3)
  expect(ring.at(0)).toBe('c')
  expect(ring.at(3)).toBeUndefined()
  expect(ring.at(-1)).toBeUndefined()
})

test('the oldest can be taken out before the ring is full', () => {
  const ring = new LineRing<string>(3)
  for (const line of ['a', 'b', 'c']) ring.push(line)
  expect(ring.push('d')).toBe('a')
  expect(ring.shift()).toBe('b')
  expect(ring.push('e')).toBeUndefined()
  expect([...ring]).toEqual(['c', 'd', 'e'])
  expect(ring.first).toBe(2)
})

test('starts anew after a clear', () => {
  const ring = new LineRing<number>(2)
  for (let n = 0; n < 5; n++) ring.push(n)
  ring.clear()
  ring.push(9)
  expect([...ring]).toEqual([9])
  expect(ring.first).toBe(0)
})
