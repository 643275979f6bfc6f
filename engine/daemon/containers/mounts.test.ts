import { expect, test } from 'vitest'
import { mountPoint, parseBind, parseMount, planMounts } from './mounts.ts'

const nobody = () => []

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

test('binds that can never be are refused', () => {
  expect(() => parseBind('/a:relative')).toThrow('invalid volume specification')
  expect(() => parseBind('/a:/')).toThrow("destination can't be '/'")
  expect(() => parseBind('/a:/b:sideways')).toThrow('invalid mode: sideways')
  expect(() => parseBind('a b:/v')).toThrow('includes invalid characters')
  expect(() => parseBind('/a:/b:ro:more')).toThrow('invalid volume specification')
})

test('the long form says what is wrong with it', () => {
  expect(() => parseMount({ Type: 'bind', Source: '/no/such', Target: '/x' })).toThrow(
    'invalid mount config for type "bind": bind source path does not exist: /no/such',
  )
  expect(() => parseMount({ Type: 'tape', Target: '/x' })).toThrow('mount type unknown: "tape"')
  expect(parseMount({ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 9, Mode: 0o700 } })).toEqual({
    kind: 'tmpfs',
    destination: '/t',
    options: ['size=9', 'mode=700'],
  })
})

test('what is asked for hides the image’s volumes, and asking twice is refused', () => {
  const mounts = planMounts({ Binds: ['hold:/data'] }, { '/data': {}, '/other/': {} }, nobody)
  expect(mounts).toMatchObject([
    { kind: 'volume', name: 'hold', destination: '/data' },
    { kind: 'volume', anonymous: true, destination: '/other' },
  ])
  expect(() => planMounts({ Binds: ['a1:/x', 'b1:/x'] }, null, nobody)).toThrow('Duplicate mount point: /x')
})

test('mounts of another container can be had read-only', () => {
  const other = [parseBind('hold:/v')]
  const [mount] = planMounts({ VolumesFrom: ['db:ro'] }, null, () => other)
  expect(mount).toMatchObject({ name: 'hold', readOnly: true })
  expect(mountPoint(parseBind('hold:/v'), (name) => `/vols/${name}`)).toMatchObject({
    Type: 'volume',
    Name: 'hold',
    Source: '/vols/hold',
    RW: true,
  })
})
