import { expect, test } from 'vitest'
import { summarise } from './statistics.ts'

test('the median of an odd and an even series', () => {
  expect(summarise([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, samples: 3 })
  expect(summarise([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4, samples: 4 })
})

test('an empty series is refused, not zero', () => {
  expect(() => summarise([])).toThrow('without a sample')
})
