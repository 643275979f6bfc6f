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
