import { expect, test } from 'vitest'
import { parseFilter, passesFilter, withToken } from './filter-query.ts'

const KEYS = ['state', 'port']

test('known keys are tokens, unknown ones are words', () => {
  expect(parseFilter('state:running nginx:1.27 -port:80', KEYS)).toEqual({
    words: [{ text: 'nginx:1.27', not: false }],
    tokens: [
      { key: 'state', value: 'running', not: false },
      { key: 'port', value: '80', not: true },
    ],
  })
})

test('quotes keep a blank inside a word', () => {
  expect(parseFilter('"two words"', KEYS).words).toEqual([{ text: 'two words', not: false }])
})

test('every word must occur, in any case; a token without value asks nothing', () => {
  const pass = (query: string) =>
    passesFilter(parseFilter(query, KEYS), 'Shop-API dev', (_key, value) => value === 'up')
  expect(pass('shop dev')).toBe(true)
  expect(pass('shop prod')).toBe(false)
  expect(pass('-prod state:up')).toBe(true)
  expect(pass('-state:up')).toBe(false)
  expect(pass('state:')).toBe(true)
})

test('a token is set, replaced and taken away', () => {
  expect(withToken('web', 'state', 'running')).toBe('state:running web')
  expect(withToken('state:paused web', 'state', 'running')).toBe('state:running web')
  expect(withToken('state:paused web', 'state', null)).toBe('web')
})
