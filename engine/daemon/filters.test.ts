import { expect, test } from 'vitest'
import { booleanFilter, checkFilters, labelsFit, nameFits } from './filters.ts'

const filters = (entries: Record<string, string[]>) => new Map(Object.entries(entries))

test('unknown filters are refused in Docker’s words', () => {
  expect(() => checkFilters(filters({ nosuch: ['x'] }), ['name'])).toThrow("Invalid filter 'nosuch'")
})

test('labels fit by key and by value, all of them', () => {
  const labels = { role: 'web', tier: '1' }
  expect(labelsFit(filters({ label: ['role'] }), labels)).toBe(true)
  expect(labelsFit(filters({ label: ['role=web', 'tier=2'] }), labels)).toBe(false)
  expect(labelsFit(filters({ 'label!': ['role=db'] }), labels)).toBe(true)
  expect(labelsFit(filters({ 'label!': ['role'] }), labels)).toBe(false)
})

test('names fit as a part or a pattern; what is no pattern fits only itself', () => {
  expect(nameFits('eb', 'web')).toBe(true)
  expect(nameFits('^eb', 'web')).toBe(false)
  expect(nameFits('web(', 'web')).toBe(false)
})

test('a yes or no filter says which it is', () => {
  expect(booleanFilter(filters({ dangling: ['true'] }), 'dangling')).toBe(true)
  expect(booleanFilter(filters({ dangling: ['0'] }), 'dangling')).toBe(false)
  expect(booleanFilter(filters({}), 'dangling')).toBeNull()
  expect(() => booleanFilter(filters({ dangling: ['maybe'] }), 'dangling')).toThrow('invalid filter')
})
