import { expect, test } from 'vitest'
import { combine } from './given.ts'
import { ALL_KEYS, type KeyName } from './keys.ts'
import { REFUSED } from './refused.ts'

/** How each key is written in a file and as flags, and what both come to. The list is whole: see the first test. */
const WRITTEN: Readonly<
  Record<KeyName, readonly [file: unknown, flags: readonly string[], value?: unknown]>
> = {
  'data-root': ['/d', ['/d']],
  'exec-root': ['/e', ['/e']],
  hosts: [
    ['unix:///a', 'tcp://[::1]:5', 'fd://'],
    ['unix:///a', 'tcp://[::1]:5', 'fd://'],
    [
      { kind: 'unix', path: '/a' },
      { kind: 'tcp', address: '::1', port: 5 },
      { kind: 'fd', name: '' },
    ],
  ],
  group: ['docker', ['docker']],
  pidfile: ['/p', ['/p']],
  debug: [true, ['true']],
  'log-level': ['warn', ['warn']],
  'log-format': ['json', ['json']],
  'live-restore': [false, ['false']],
  'shutdown-timeout': [7, ['7']],
  labels: [
    ['a=b', 'c=d'],
    ['a=b', 'c=d'],
  ],
  features: [{ x: true }, ['x=true']],
  experimental: [true, ['true']],
  tls: [true, ['true']],
  tlsverify: [true, ['true']],
  tlscacert: ['/ca', ['/ca']],
  tlscert: ['/c', ['/c']],
  tlskey: ['/k', ['/k']],
  'log-driver': ['local', ['local']],
  'log-opts': [{ 'max-size': '1m', tag: 'a=b' }, ['max-size=1m', 'tag=a=b']],
  'default-ulimits': [
    { nofile: { Name: 'nofile', Soft: 10, Hard: 20 }, nproc: { Name: 'nproc', Soft: 5, Hard: 5 } },
    ['nofile=10:20', 'nproc=5'],
    { nofile: { soft: 10, hard: 20 }, nproc: { soft: 5, hard: 5 } },
  ],
  'default-shm-size': ['128m', ['128M'], 128 * 1024 * 1024],
  'default-ipc-mode': ['shareable', ['shareable']],
  'default-cgroupns-mode': ['host', ['host']],
  'default-runtime': ['crun', ['crun']],
  init: [true, ['true']],
  'userns-remap': ['default', ['default']],
  'no-new-privileges': [true, ['true']],
  'seccomp-profile': ['/s.json', ['/s.json']],
  'default-address-pools': [[{ base: '10.1.0.0/16', size: 24 }], ['base=10.1.0.0/16,size=24']],
  bip: ['10.9.0.1/24', ['10.9.0.1/24']],
  'fixed-cidr': ['10.9.0.0/25', ['10.9.0.0/25']],
  'fixed-cidr-v6': ['fd00::/64', ['fd00::/64']],
  ipv6: [true, ['true']],
  mtu: [1400, ['1400']],
  icc: [false, ['false']],
  ip: ['127.0.0.1', ['127.0.0.1']],
  'ip-forward': [false, ['false']],
  iptables: [false, ['false']],
  ip6tables: [false, ['false']],
  'userland-proxy': [false, ['false']],
  dns: [['8.8.8.8'], ['8.8.8.8']],
  'dns-opts': [['ndots:1'], ['ndots:1']],
  'dns-search': [['example.org'], ['example.org']],
  'host-gateway-ips': [
    ['10.0.0.1', 'fd00::1'],
    ['10.0.0.1', 'fd00::1'],
  ],
  'insecure-registries': [['a:5000'], ['a:5000']],
  'registry-mirrors': [['https://m'], ['https://m']],
  'max-concurrent-downloads': [4, ['4']],
  'max-concurrent-uploads': [4, ['4']],
  builder: [
    { gc: { defaultKeepStorage: '1g' } },
    ['gc.defaultKeepStorage=1g'],
    { gc: { mostUsedBytes: 1024 ** 3 } },
  ],
  'max-concurrent-build-steps': [4, ['4']],
  'storage-driver': ['overlay2', ['overlay2']],
}

const file = (value: unknown) => ({
  path: '/etc/longshore/daemon.json',
  text: typeof value === 'string' ? value : JSON.stringify(value, null, 2),
})
const reasons = (said: ReturnType<typeof combine>) => (said.kind === 'refused' ? said.reasons : [])

test('every key does the same in a file and as a flag [25.03] [25.07]', () => {
  expect(Object.keys(WRITTEN)).toEqual(ALL_KEYS.map(([name]) => name))
  for (const [name, [inFile, flags, value = inFile]] of Object.entries(WRITTEN)) {
    expect(combine(new Map(), file({ [name]: inFile })), name).toEqual({
      kind: 'given',
      given: { [name]: value },
    })
    expect(combine(new Map([[name as KeyName, flags]]), null), name).toEqual({
      kind: 'given',
      given: { [name]: value },
    })
  }
})

test('a key from both is refused in Docker’s words [25.03]', () => {
  const flags = new Map<KeyName, readonly string[]>([
    ['debug', ['true']],
    ['hosts', ['unix:///a', 'unix:///b']],
  ])
  expect(reasons(combine(flags, file({ debug: true, hosts: ['fd://'] })))).toEqual([
    'unable to configure the engine with file /etc/longshore/daemon.json: the following directives are specified both ' +
      'as a flag and in the configuration file: debug: (from flag: true, from file: true), ' +
      'hosts: (from flag: [unix:///a unix:///b], from file: ["fd://"])',
  ])
})

test('an unknown key is refused with its line and the key that was meant [25.03]', () => {
  const text =
    '{\n  "debug": true,\n  "log-opts": {"nonsense": "1"},\n\n  "insecure-registry": ["x"],\n  "zzz": 1\n}\n'
  expect(reasons(combine(new Map(), file(text)))).toEqual([
    "unable to configure the engine with file /etc/longshore/daemon.json: the following directives don't match any " +
      'configuration option: insecure-registry (line 5; did you mean "insecure-registries"?), zzz (line 6)',
  ])
})

test('keys of Docker’s that this engine does not have are refused with the reason', () => {
  for (const [name, why] of Object.entries(REFUSED)) {
    expect(ALL_KEYS.map(([known]) => known)).not.toContain(name)
    expect(reasons(combine(new Map(), file({ [name]: 1 })))).toEqual([
      expect.stringContaining(`"${name}" (line 2) cannot be set: ${why}`),
    ])
  }
})

test.each([
  ['{', 'it is no valid JSON'],
  ['[]', 'must hold one JSON object'],
  ['{"debug": true,\n"debug": false}', '"debug" stands in it twice, on lines 1 and 2'],
  [{ debug: 'yes' }, '"debug" (line 2) must be true or false, not "yes"'],
  [{ mtu: -1 }, '"mtu" (line 2) must be a whole number, not -1'],
  [{ hosts: 'fd://' }, '"hosts" (line 2) must be a list, not "fd://"'],
  [{ hosts: ['http://x'] }, 'invalid bind address (http://x): use unix:///path, tcp://address:port or fd://'],
  [{ hosts: ['tcp://x:70000'] }, '70000 is no port'],
  [{ hosts: ['unix://a'] }, 'needs a whole path'],
  [{ bip: '10.0.0.1' }, 'must be an IPv4 range'],
  [{ dns: ['x'] }, 'must be an IP address, not "x"'],
  [{ 'default-shm-size': 'big' }, 'must be a size such as "64m", not "big"'],
  [{ 'default-ulimits': { nofile: { Soft: 2, Hard: 1 } } }, 'soft one (nofile) is not above'],
  [{ 'default-address-pools': [{ base: '10.0.0.0/16', size: 8 }] }, 'size 8 is not between 16 and 30'],
  [{ 'storage-driver': 'btrfs' }, 'cannot be "btrfs": use one of overlay2'],
])('%j is refused plainly', (value, words) => {
  const [reason] = reasons(combine(new Map(), file(value)))
  expect(reason).toMatch(/^unable to configure the engine with file/)
  expect(reason).toMatch(words)
})

test('an empty file is an empty object, and every reason is told at once', () => {
  expect(combine(new Map(), file('\n'))).toEqual({ kind: 'given', given: {} })
  expect(reasons(combine(new Map(), file({ mtu: 'x', debug: 1, bridge: 'br0' })))).toHaveLength(3)
})
