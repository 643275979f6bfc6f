import { expect, test } from 'vitest'
import type { ConfigFacts } from './config.ts'
import { parseCommand } from './flags.ts'

const root: ConfigFacts = { env: {}, uid: 0, readText: () => null }
const user = { ...root, env: { XDG_DATA_HOME: '/data', XDG_RUNTIME_DIR: '/run/user/7' }, uid: 7 }
const serve = (args: readonly string[], facts: ConfigFacts = root) => {
  const command = parseCommand(args, facts)
  if (command.kind !== 'serve') throw new Error(`it is ${command.kind}`)
  return command.config
}

test('without flags root and user have their own places', () => {
  expect(serve([])).toMatchObject({
    socket: '/run/longshore/engine.sock',
    hosts: [{ kind: 'unix', path: '/run/longshore/engine.sock' }],
    group: null,
    tls: null,
    pidFile: '/var/lib/longshore/engine.pid',
    settings: { liveRestore: true },
    paths: { root: '/var/lib/longshore' },
  })
  expect(serve([], user)).toMatchObject({
    socket: '/run/user/7/longshore/engine.sock',
    paths: { root: '/data/longshore' },
  })
})

test('flags win over the environment, which wins over defaults', () => {
  const facts = { ...root, env: { LONGSHORE_ROOT: '/env/root', LONGSHORE_SOCKET: '/env/sock' } }
  expect(serve([], facts)).toMatchObject({ socket: '/env/sock', paths: { root: '/env/root' } })
  for (const flag of ['--root', '--data-root'])
    expect(serve([flag, '/flag', '--socket=/s'], facts)).toMatchObject({
      socket: '/s',
      paths: { root: '/flag' },
    })
})

test('two roots never share a state folder, and a state folder may be elsewhere', () => {
  expect(serve(['--root', '/a']).paths.state).not.toBe(serve(['--root', '/b']).paths.state)
  expect(serve(['--root', '/a', '--exec-root', '/x']).paths.state).toMatch(/^\/x\/[0-9a-f]{8}$/)
})

test('what cannot be is refused with what can', () => {
  expect(() => serve(['--nosuch'])).toThrow('serve does not know "--nosuch": see "longshore engine help"')
  expect(() => serve(['--live-restor'])).toThrow('did you mean --live-restore?')
  expect(() => serve(['--root'])).toThrow('--root needs a value')
  expect(() => serve(['--root', '/a', '--root', '/b'])).toThrow('--root is given twice')
  expect(() => serve(['--log-level', 'loud'])).toThrow('use one of debug, info, warn, error')
  expect(() => parseCommand(['launch'], root)).toThrow('there is no command "launch"')
  expect(() => parseCommand(['check', '--deep'], root)).toThrow('check does not know "--deep"')
})

test('switches take a value with or without the sign, and letters are short for flags', () => {
  expect(serve(['--live-restore', 'false']).settings.liveRestore).toBe(false)
  expect(serve(['--live-restore=false']).settings.liveRestore).toBe(false)
  expect(serve(['-D', '-H', 'unix:///a.sock', '-H', 'unix:///b.sock', '-G', 'docker'])).toMatchObject({
    logLevel: 'debug',
    group: 'docker',
    socket: '/a.sock',
    hosts: [{ path: '/a.sock' }, { path: '/b.sock' }],
  })
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
