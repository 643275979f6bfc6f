import { expect, test } from 'vitest'
import { Claims } from './claims.ts'

const DIGEST = `sha256:${'a'.repeat(64)}` as const

test('what is claimed after a collection began stays, even when the work has ended', async () => {
  const claims = new Claims()
  await claims.collecting(async (remove) => {
    claims.begin()
    await claims.claim(DIGEST)
    claims.end()
    expect(claims.held.size).toBe(0)
    expect(await remove(DIGEST, () => Promise.reject(new Error('must not be called')))).toBe(false)
  })
  await claims.collecting(async (remove) => {
    expect(await remove(DIGEST, async () => {})).toBe(true)
  })
})

test('a claim waits for a removal that has begun, and then finds nothing', async () => {
  const claims = new Claims()
  let there = true
  let finish = () => {}
  const collection = claims.collecting((remove) =>
    remove(DIGEST, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      there = false
    }),
  )
  const found = claims.claim(DIGEST).then(() => there)
  await new Promise(setImmediate)
  finish()
  expect(await found).toBe(false)
  expect(await collection).toBe(true)
})

test('one removal that fails does not keep others from claiming', async () => {
  const claims = new Claims()
  const failing = claims.collecting((remove) => remove(DIGEST, () => Promise.reject(new Error('busy'))))
  await expect(failing).rejects.toThrow('busy')
  await claims.claim(DIGEST)
})
