import { expect, test } from 'vitest'
import { chooseInherited, takeInherited } from './inherited.ts'

test('sockets for this process are taken, and no child may take them for its own [25.01]', () => {
  const env = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'api:metrics', OTHER: 'x' }
  expect(takeInherited(env, 7)).toEqual([
    { fd: 3, name: 'api' },
    { fd: 4, name: 'metrics' },
  ])
  expect(env).toEqual({ OTHER: 'x' })
})

test.each([
  [{ LISTEN_PID: '8', LISTEN_FDS: '1' }, []],
  [{ LISTEN_FDS: '1' }, [{ fd: 3, name: '' }]],
  [{ LISTEN_FDS: 'many' }, []],
  [{}, []],
])('of %j', (env, sockets) => {
  expect(takeInherited(env, 7)).toEqual(sockets)
})

test('fd:// means all of them, or one by name or number [25.13]', () => {
  const all = takeInherited({ LISTEN_FDS: '2', LISTEN_FDNAMES: 'api:other' }, 7)
  expect(chooseInherited(all, '')).toEqual(all)
  expect(chooseInherited(all, '*')).toEqual(all)
  expect(chooseInherited(all, 'other')).toEqual([all[1]])
  expect(chooseInherited(all, '3')).toEqual([all[0]])
  expect(() => chooseInherited(all, '9')).toThrow('cannot listen on fd://9: there are 3 (api), 4 (other)')
  expect(() => chooseInherited([], '')).toThrow('no sockets were handed over')
})
