import { expect, test } from 'vitest'
import { giveIdsCommand, rangesIn } from './subordinate-ids.ts'

const user = { name: 'ada', uid: 1815 }

test('ranges are a user’s by name and by number', () => {
  const text = 'bob:100000:65536\nada:165536:65536\n1815:300000:10\nada:1:0\nbroken\n'
  expect(rangesIn(text, user)).toEqual([
    { first: 165536, count: 65536 },
    { first: 300000, count: 10 },
  ])
  expect(rangesIn('', user)).toEqual([])
})

test('the remedy is one whole command', () => {
  expect(giveIdsCommand(user)).toBe(
    'sudo usermod --add-subuids 524288-589823 --add-subgids 524288-589823 ada',
  )
})
