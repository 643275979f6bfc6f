import { expect, test } from 'vitest'
import { InputQueue } from './input-queue.ts'

test('a long paste goes in order, one piece at a time, and what comes meanwhile after it', async () => {
  const written: string[] = []
  let under = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const queue = new InputQueue(
    async (data) => {
      under += 1
      expect(under).toBe(1)
      await Promise.resolve()
      written.push(data)
      under -= 1
      if (data.endsWith('\u0003')) resolve()
    },
    () => expect.unreachable(),
  )
  const paste = 'line of a paste\n'.repeat(1000)
  queue.push(paste)
  queue.push('\u0003')
  await promise
  expect(written.join('')).toBe(`${paste}\u0003`)
  expect(written.every((piece) => piece.length <= 4096)).toBe(true)
})

test('after a failure the rest is dropped, and new keys go on', async () => {
  const written: string[] = []
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const queue = new InputQueue(async (data) => {
    if (data === 'bad') throw new Error('ended')
    written.push(data)
  }, resolve)
  queue.push('bad')
  expect(await promise).toMatchObject({ message: 'ended' })
  queue.push('good')
  await new Promise((done) => setTimeout(done))
  expect(written).toEqual(['good'])
})
