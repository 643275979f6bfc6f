import { expect, test } from 'vitest'
import type { Container } from './containers/container.ts'
import { DiskSizes } from './disk-sizes.ts'

const container = (up: boolean, revision = 1) => ({ id: 'c1', up, revision }) as Container

function counting() {
  let walks = 0
  let under = 0
  let most = 0
  const walk = async () => {
    walks++
    most = Math.max(most, ++under)
    await new Promise((resolve) => setImmediate(resolve))
    under--
    return walks
  }
  return { sizes: new DiskSizes({ container: walk, volume: walk }), walks: () => walks, most: () => most }
}

test('what runs is walked each time, but once for those who ask together', async () => {
  const { sizes, walks } = counting()
  await Promise.all([sizes.container(container(true)), sizes.container(container(true))])
  expect(walks()).toBe(1)
  await sizes.container(container(true))
  expect(walks()).toBe(2)
})

test('what rests is walked again when something has run on it', async () => {
  const { sizes, walks } = counting()
  expect(await sizes.container(container(false))).toBe(1)
  expect(await sizes.container(container(false))).toBe(1)
  await sizes.container(container(false, 2))
  await sizes.volume('data', [])
  await sizes.volume('data', [])
  expect(walks()).toBe(3)
  await sizes.volume('data', [container(false)])
  await sizes.volume('data', [container(true)])
  await sizes.volume('data', [container(true)])
  expect(walks()).toBe(6)
})

test('few are walked at a time', async () => {
  const { sizes, walks, most } = counting()
  await Promise.all(Array.from({ length: 20 }, (_, n) => sizes.volume(`v${n}`, [])))
  expect([walks(), most()]).toEqual([20, 4])
})
