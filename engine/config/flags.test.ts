import { expect, test } from 'vitest'
import { parseCommand } from './flags.ts'

const root = { env: {}, uid: 0 }
const user = { env: { XDG_DATA_HOME: '/data', XDG_RUNTIME_DIR: '/run/user/7' }, uid: 7 }
const serve = (args: readonly string[], facts: Parameters<typeof parseCommand>[1] = root) => {
  const command = parseCommand(args, facts)
  if (command.kind !== 'serve') throw new Error(`it is ${command.kind}`)
  return command.config
}

test('without flags root and user have their own places', () => {
  expect(serve([])).toMatchObject({
    socket: '/run/longshore/engine.sock',
    group: null,
    liveRestore: true,
    paths: { root: '/var/lib/longshore' },
  })
  expect(serve([], user)).toMatchObject({
    socket: '/run/user/7/longshore/engine.sock',
    paths: { root: '/data/longshore' },
  })
})

test('flags win over the environment, which wins over defaults', () => {
  const env = { LONGSHORE_ROOT: '/env/root', LONGSHORE_SOCKET: '/env/sock' }
  expect(serve([], { env, uid: 0 })).toMatchObject({ socket: '/env/sock', paths: { root: '/env/root' } })
  expect(serve(['--root', '/flag', '--socket=/s'], { env, uid: 0 })).toMatchObject({
    socket: '/s',
    paths: { root: '/flag' },
  })
})

test('two roots never share a state folder', () => {
  expect(serve(['--root', '/a']).paths.state).not.toBe(serve(['--root', '/b']).paths.state)
})

test('what cannot be is refused with what can', () => {
  expect(() => serve(['--nosuch'])).toThrow('serve does not know "--nosuch": it knows --root')
  expect(() => serve(['--root'])).toThrow('--root needs a value')
  expect(() => serve(['--root', '/a', '--root', '/b'])).toThrow('--root is given twice')
  expect(() => serve(['--log-level', 'loud'])).toThrow('use one of debug, info, warn, error')
  expect(() => parseCommand(['launch'], root)).toThrow('there is no command "launch"')
  expect(() => parseCommand(['check', '--deep'], root)).toThrow('check does not know "--deep"')
})

test('subcommands take their own flags', () => {
  expect(parseCommand(['verify', '--json', '--deep', '--root', '/r'], root)).toMatchObject({
    kind: 'verify',
    json: true,
    deep: true,
    config: { paths: { root: '/r' } },
  })
  expect(parseCommand(['--help'], root)).toEqual({ kind: 'help' })
})
