import { expect, test } from 'vitest'
import { Slots } from './slots.ts'

const never = new AbortController().signal
const pending = Symbol('pending')
const now = (promise: Promise<unknown>) =>
  Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))])

test('so many at a time, first come first served', async () => {
  const slots = new Slots(1)
  const leave = await slots.take(never)
  const second = slots.take(never)
  const third = slots.take(never)
  expect(slots.full).toBe(true)
  leave()
  leave() // giving back twice gives one place
  const leaveSecond = await second
  expect(await now(third)).toBe(pending)
  leaveSecond()
  await third
})

test('who goes away while waiting has no place', async () => {
  const slots = new Slots(1)
  const leave = await slots.take(never)
  const gone = new AbortController()
  const waiting = slots.take(gone.signal)
  gone.abort()
  await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' })
  leave()
  await slots.take(never)
})

test('more places are had at once, fewer as they are given back [25.15]', async () => {
  const slots = new Slots(1)
  const first = await slots.take(never)
  const waiting = slots.take(never)
  slots.resize(2)
  const second = await waiting
  slots.resize(1)
  const third = slots.take(never)
  first()
  expect(await now(third)).toBe(pending)
  second()
  await third
})
