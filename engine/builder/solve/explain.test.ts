import { expect, test } from 'vitest'
import { explain } from './explain.ts'

const reason = (before: Record<string, string>, now: Record<string, string>) => {
  const facts = (from: Record<string, string>) =>
    Object.entries(from).map(([name, value]) => ({ name, value }))
  return explain({ fresh: false, facts: facts(now), before: facts(before), gone: null, ran: [] })
}

test('a changed file is told, and not the folders that it is in', () => {
  expect(
    reason(
      { src: 'sha256:1', 'src/lib': 'sha256:2', 'src/lib/a.ts': 'sha256:3', 'src/b.ts': 'sha256:4' },
      { src: 'sha256:5', 'src/lib': 'sha256:6', 'src/lib/a.ts': 'sha256:7', 'src/b.ts': 'sha256:4' },
    ),
  ).toEqual({ kind: 'changed', text: 'src/lib/a.ts changed', what: ['src/lib/a.ts'] })
})

test('a folder whose own mode changed is told', () => {
  expect(
    reason({ src: 'sha256:1', 'src/a': 'sha256:2' }, { src: 'sha256:3', 'src/a': 'sha256:2' }),
  ).toMatchObject({
    text: 'src changed',
  })
})

test('nor the whole of a context', () => {
  const context = (letter: string) => ({ '.': `sha256:${letter}`, 'd/f': `sha256:${letter}` })
  expect(reason(context('1'), context('2')).text).toBe('d/f changed')
  expect(reason({ '.': 'sha256:1' }, { '.': 'sha256:2' }).text).toBe('. changed')
})

test('of many, a few and how many more', () => {
  const files = (letter: string) =>
    Object.fromEntries([...'abcdefg'].map((name) => [name, `sha256:${letter}`]))
  expect(reason(files('1'), files('2')).text).toBe('a changed; b changed; c changed; 4 more')
})

test('a base that moved, and settings with what they were', () => {
  const base = (letter: string) => ({ base: `sha256:${letter.repeat(64)}` })
  const moved = 'base image moved from sha256:aaaaaaaaaaaa to sha256:bbbbbbbbbbbb'
  expect(reason(base('a'), base('b')).text).toBe(moved)
  expect(reason({ USER: '' }, { USER: 'app' }).text).toBe('USER was empty, now app')
})

test('nothing differs but what it stands on', () => {
  const input = (value: string) => ({ command: 'x', 'input 0': value })
  expect(reason(input('a'), input('b')).text).toBe('it stands on another result than the last time')
  expect(reason(input('a'), input('a')).text).toBe('the result that was there is not in the cache any more')
})
