import { expect, test } from 'vitest'
import { type ConfigAsked, type ConfigFacts, readConfig, usualConfigFile } from './config.ts'
import type { KeyName } from './keys.ts'

const facts = (value: unknown, more: Partial<ConfigFacts> = {}): ConfigFacts => ({
  env: {},
  uid: 0,
  readText: (path) => (path === '/etc/longshore/daemon.json' ? JSON.stringify(value) : null),
  ...more,
})
const asked = (more: Partial<ConfigAsked> = {}): ConfigAsked => ({
  flags: new Map<KeyName, readonly string[]>(),
  root: null,
  socket: null,
  pidFile: null,
  file: null,
  insecureTcp: false,
  ...more,
})
const certificates = { tlscacert: '/ca', tlscert: '/cert', tlskey: '/key' }

test('the file is looked for where it belongs [25.03] [25.04] [25.06]', () => {
  expect(usualConfigFile({ env: {}, uid: 0 })).toBe('/etc/longshore/daemon.json')
  expect(usualConfigFile({ env: { HOME: '/h' }, uid: 7 })).toBe('/h/.config/longshore/daemon.json')
  expect(usualConfigFile({ env: { HOME: '/h', XDG_CONFIG_HOME: '/x' }, uid: 7 })).toBe(
    '/x/longshore/daemon.json',
  )
  expect(readConfig(asked(), facts({ debug: true }))).toMatchObject({
    file: '/etc/longshore/daemon.json',
    logLevel: 'debug',
  })
  expect(() => readConfig(asked({ file: '/other.json' }), facts({}))).toThrow(
    'unable to configure the engine with file /other.json: there is no such file',
  )
})

test('the root of the file is for who names none [25.08]', () => {
  const inFile = { 'data-root': '/file' }
  expect(readConfig(asked(), facts(inFile)).paths.root).toBe('/file')
  expect(readConfig(asked({ root: '/flag' }), facts(inFile)).paths.root).toBe('/flag')
  expect(readConfig(asked(), facts(inFile, { env: { LONGSHORE_ROOT: '/env' } })).paths.root).toBe('/env')
})

test('a socket that is named is listened on beside the hosts of the file [25.12] [25.13]', () => {
  const inFile = { hosts: ['unix:///file.sock', 'fd://'] }
  expect(readConfig(asked(), facts(inFile))).toMatchObject({
    socket: '/file.sock',
    hosts: [{ path: '/file.sock' }, { kind: 'fd' }],
  })
  expect(readConfig(asked({ socket: '/own.sock' }), facts(inFile))).toMatchObject({
    socket: '/own.sock',
    hosts: [{ path: '/own.sock' }, { path: '/file.sock' }, { kind: 'fd' }],
  })
  expect(readConfig(asked({ socket: '/file.sock' }), facts(inFile)).hosts).toHaveLength(2)
})

test('sockets that were handed over are served unasked, instead of the usual one [25.01]', () => {
  expect(readConfig(asked(), facts({}, { handed: true }))).toMatchObject({
    hosts: [{ kind: 'fd', name: '' }],
    socket: '/run/longshore/engine.sock',
  })
  expect(readConfig(asked(), facts({ hosts: ['fd://api'] }, { handed: true })).hosts).toEqual([
    { kind: 'fd', name: 'api' },
  ])
  expect(readConfig(asked({ socket: '/s' }), facts({}, { handed: true })).hosts).toHaveLength(2)
})

test.each([
  [{ hosts: ['tcp://0.0.0.0:2376'], tlsverify: true, ...certificates }, false, null],
  [{ hosts: ['tcp://127.0.0.1:2375'] }, true, null],
  [{ hosts: ['tcp://[::1]:2375'] }, true, null],
  [{ hosts: ['tcp://:2375'] }, true, null],
  [{ hosts: ['tcp://127.0.0.1:2375'] }, false, 'tcp://127.0.0.1:2375: everybody who reaches this address'],
  [{ hosts: ['tcp://0.0.0.0:2375'] }, true, '--insecure-tcp is for addresses of this machine alone'],
  [{ hosts: ['tcp://0.0.0.0:2376'], tls: true, tlscert: '/c', tlskey: '/k' }, false, 'set tlsverify'],
  [{ tlsverify: true, tlscert: '/c' }, false, 'TLS needs tlscacert and tlskey'],
  [{ tlscert: '/c' }, false, 'tlscert: TLS is not on: set tlsverify'],
  [{ 'max-concurrent-downloads': 0 }, false, 'invalid max concurrent downloads: 0'],
  [{ iptables: true, 'userland-proxy': true }, false, null],
  [{ iptables: false }, false, 'iptables cannot be switched off: published ports'],
  [{ labels: ['a'] }, false, 'bad attribute format: a'],
  [{ labels: ['a=1', 'a=2'] }, false, 'conflict labels for a=2 and a=1'],
  [{ 'fixed-cidr-v6': 'fd00::/64' }, false, 'fixed-cidr-v6 needs ipv6'],
])('%j, insecure TCP %j: %s [01.08]', (value, insecureTcp, reason) => {
  const read = () => readConfig(asked({ insecureTcp }), facts(value))
  if (reason === null) expect(read).not.toThrow()
  else expect(read).toThrow(reason)
})
