import { expect, test } from 'vitest'
import { ownFacts } from './facts.ts'

test('facts of what is fetched have no passwords', () => {
  const http = { kind: 'http', url: 'http://u:SECRET@h/x', filename: 'x', checksum: null } as const
  expect(ownFacts(http)).toEqual([{ name: 'address', value: 'http://***@h/x' }])
  const git = { remote: 'https://u:SECRET@h/x.git', ref: 'v1', commit: 'c', subdirectory: '' } as const
  expect(ownFacts({ kind: 'git', ...git, keepGitDir: false, submodules: true })).toEqual([
    { name: 'https://***@h/x.git#v1', value: 'c' },
  ])
})
