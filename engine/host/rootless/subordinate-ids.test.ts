import { expect, test } from 'vitest'
import { firstFree, giveIdsCommand, rangesIn } from './subordinate-ids.ts'

const user = { name: 'ada', uid: 1815 }

test('ranges are a user’s by name and by number', () => {
  const text = 'bob:100000:65536\nada:165536:65536\n1815:300000:10\nada:1:0\nbroken\n'
  expect(rangesIn(text, user)).toEqual([
    { first: 165536, count: 65536 },
    { first: 300000, count: 10 },
  ])
  expect(rangesIn('', user)).toEqual([])
})

test('ids that are given are above those of others', () => {
  expect(firstFree('')).toBe(524_288)
  expect(firstFree('bob:100000:65536\nada:600000:65536\n\n')).toBe(665_536)
  expect(giveIdsCommand(user)).toMatch(/^sudo usermod --add-subuids (\d+-\d+) --add-subgids \1 ada$/)
})
