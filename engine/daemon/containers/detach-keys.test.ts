import { expect, test } from 'vitest'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'

function type(chunks: readonly string[]): { readonly passed: string; readonly detached: boolean } {
  let detached = false
  const keys = new DetachKeys(parseDetachKeys(''), () => {
    detached = true
  })
  let passed = ''
  keys.on('data', (chunk: Buffer) => {
    passed += chunk.toString('latin1')
  })
  for (const chunk of chunks) keys.write(Buffer.from(chunk, 'latin1'))
  keys.end()
  return { passed: (keys.read() ?? '') + passed, detached }
}

test('keys are letters or control keys', () => {
  expect([...parseDetachKeys('')]).toEqual([16, 17])
  expect([...parseDetachKeys('ctrl-a,d')]).toEqual([1, 100])
  expect(() => parseDetachKeys('ctrl-9')).toThrow('Invalid detach keys (ctrl-9) provided')
})

test('typing them detaches, whole or one by one, and they are not passed on', () => {
  expect(type(['ls\n\x10\x11'])).toEqual({ passed: 'ls\n', detached: true })
  expect(type(['a', '\x10', '\x11'])).toEqual({ passed: 'a', detached: true })
})

test('half of them is passed on once something else is typed', async () => {
  expect(type(['\x10x'])).toEqual({ passed: '\x10x', detached: false })
  expect(type(['\x10\x10\x11'])).toEqual({ passed: '\x10', detached: true })
})
