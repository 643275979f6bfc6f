import { expect, test } from 'vitest'
import { parseBind } from './bind-spec.ts'
import { mountPoint } from './mount-point.ts'
import { parseMount } from './mount-request.ts'
import { type MountContext, planMounts } from './plan.ts'
import { tmpfsOptions } from './tmpfs-options.ts'

const digest = `sha256:${'0'.repeat(64)}` as const
const context: MountContext = {
  mountsOf: () => [],
  imageOf: () => ({ id: digest, diffIds: [digest] }),
}

test('a bind with a path is of the host, one with a name a volume', () => {
  expect(parseBind('/etc/:/host:ro,rslave')).toEqual({
    kind: 'bind',
    source: '/etc',
    destination: '/host',
    readOnly: true,
    mode: 'ro,rslave',
    propagation: 'rslave',
    nonRecursive: false,
    makeSource: true,
  })
  expect(parseBind('hold:/v:nocopy')).toMatchObject({
    kind: 'volume',
    name: 'hold',
    seed: false,
    anonymous: false,
  })
})

test.each([
  ['/a:relative', 'invalid volume specification'],
  ['/a:/', "destination can't be '/'"],
  ['/a:/b:sideways', 'invalid mode: sideways'],
  ['/a:/b:ro,rw', 'invalid mode: ro,rw'],
  ['/a:/b:private,slave', 'invalid mode: private,slave'],
  ['a b:/v', 'create a b: "a b" includes invalid characters'],
  ['x:/v', 'create x: volume name is too short'],
  ['/a:/b:ro:more', 'invalid volume specification'],
  ['hold:/v:rslave', 'invalid mount config for type "volume": field BindOptions must not be specified'],
  ['/a:/v:nocopy', 'invalid mount config for type "bind": field VolumeOptions must not be specified'],
])('the bind %s is refused', (text, message) => {
  expect(() => parseBind(text)).toThrow(message)
})

test.each([
  [{ Type: 'bind', Source: '/proc/no/such', Target: '/x' }, 'bind source path does not exist: /proc/no/such'],
  [{ Type: 'bind', Source: '/', Target: '/x', VolumeOptions: {} }, 'field VolumeOptions must not be'],
  [{ Type: 'tape', Target: '/x' }, 'invalid mount config for type "tape": mount type unknown'],
  [{ Type: 'volume', Target: '/x', ReadOnly: true }, 'must not set ReadOnly mode when using anonymous'],
  [{ Type: 'volume', Source: 'hold', Target: '/x', VolumeOptions: { Subpath: '../x' } }, 'subpath must be'],
  [
    { Type: 'volume', Source: 'hold', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'nosuch' } } },
    'create hold: error looking up volume plugin nosuch: plugin "nosuch" not found',
  ],
  [
    {
      Type: 'volume',
      Source: 'hold',
      Target: '/x',
      VolumeOptions: { DriverConfig: { Options: { o: 'bind' } } },
    },
    'create hold: missing required option: "device"',
  ],
  [{ Type: 'tmpfs', Source: 'x', Target: '/x' }, 'field Source must not be specified'],
  [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { SizeBytes: -1 } }, 'SizeBytes must not be negative'],
  [{ Type: 'image', Target: '/x' }, 'field Source must not be empty'],
])('the long form %o says what is wrong with it', (mount, message) => {
  expect(() => parseMount(mount, context)).toThrow(message)
})

test('the long form of each kind', () => {
  const tmpfs = {
    Type: 'tmpfs',
    Target: '/t',
    TmpfsOptions: { SizeBytes: 9, Mode: 0o700, Options: [['exec']] },
  }
  expect(parseMount(tmpfs, context)).toEqual({
    kind: 'tmpfs',
    destination: '/t',
    options: ['size=9', 'mode=700', 'exec'],
  })
  const part = { Type: 'volume', Source: 'hold', Target: '/v', VolumeOptions: { Subpath: 'a/b' } }
  expect(parseMount(part, context)).toMatchObject({ subpath: 'a/b', seed: false })
  expect(parseMount({ Type: 'image', Source: 'tool:1', Target: '/i' }, context)).toEqual({
    kind: 'image',
    image: 'tool:1',
    imageId: digest,
    diffIds: [digest],
    destination: '/i',
  })
})

test('what is asked for hides the image’s volumes, and asking twice is refused', () => {
  const mounts = planMounts({ Binds: ['hold:/data'] }, { '/data': {}, '/other/': {} }, context)
  expect(mounts).toMatchObject([
    { kind: 'volume', name: 'hold', destination: '/data' },
    { kind: 'volume', anonymous: true, destination: '/other' },
  ])
  expect(() => planMounts({ Binds: ['a1:/x', 'b1:/x'] }, null, context)).toThrow('Duplicate mount point: /x')
})

test('mounts of another container can be had read-only', () => {
  const other = { ...context, mountsOf: () => [parseBind('hold:/v')] }
  const [mount] = planMounts({ VolumesFrom: ['db:ro'] }, null, other)
  expect(mount).toMatchObject({ name: 'hold', readOnly: true })
  expect(() => planMounts({ VolumesFrom: ['db:bogus'] }, null, other)).toThrow('invalid mode: bogus')
  expect(() => planMounts({ VolumesFrom: [''] }, null, other)).toThrow('cannot be an empty string')
  expect(mountPoint(parseBind('hold:/v'), (name) => `/vols/${name}`)).toMatchObject({
    Type: 'volume',
    Name: 'hold',
    Source: '/vols/hold',
    RW: true,
  })
})

test('options of a tmpfs', () => {
  expect(tmpfsOptions('size=64m,mode=1777,uid=5,noexec,nr_inodes=10k')).toHaveLength(5)
  for (const [text, words] of [
    ['nosuch', 'invalid tmpfs option ["nosuch"]'],
    ['bogus=1', 'invalid tmpfs option ["bogus" "1"]'],
    ['size=big', 'invalid tmpfs option ["size" "big"]'],
  ] as const) {
    expect(() => tmpfsOptions(text)).toThrow(words)
  }
})
