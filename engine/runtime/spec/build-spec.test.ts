import { describe, expect, it } from 'vitest'
import { EngineError } from '../../errors.ts'
import { processFor, settingsFor } from '../scratch-container.ts'
import { buildProcess, buildSpec, type SpecFacts, serializeSpec } from './build-spec.ts'
import { capabilities, DEFAULT_CAPABILITIES } from './capabilities.ts'
import { parseHardLimits, rlimits } from './rlimits.ts'
import { resolveUser } from './user.ts'

const ALL_BITS = (1n << 41n) - 1n
const facts: SpecFacts = {
  boundingSet: ALL_BITS,
  limitCeiling: new Map(),
  oomScoreFloor: null,
  arch: 'x64',
  kernel: '6.1.0',
  init: '/opt/longshore-native',
  rootless: false,
  cgroupMount: true,
  hostQueues: true,
}
const root = { uid: 0, gid: 0, additionalGids: [0], home: '/root' }
const specOf = (...args: Parameters<typeof settingsFor> extends [string, string, ...infer R] ? R : never) =>
  buildSpec(settingsFor('x', '/r', ...args), root, { devices: [] }, '/longshore/x', facts)

describe('the spec', () => {
  it('names an AppArmor profile only when one is given', () => {
    expect(specOf({ args: ['true'] }).process).not.toHaveProperty('apparmorProfile')
    expect(specOf({ args: ['true'], apparmorProfile: 'mine' }).process.apparmorProfile).toBe('mine')
  })

  it('is what Docker gives by default', () => {
    const spec = specOf({ args: ['true'] })
    expect(spec.mounts.map(({ destination }) => destination)).toEqual([
      '/proc',
      '/dev',
      '/dev/pts',
      '/sys',
      '/sys/fs/cgroup',
      '/dev/mqueue',
      '/dev/shm',
    ])
    expect(spec.process.capabilities.bounding).toHaveLength(14)
    expect(spec.process.env).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=scratch',
      'HOME=/root',
    ])
    expect(spec.linux.namespaces.map(({ type }) => type)).toEqual(['mount', 'network', 'uts', 'pid', 'ipc'])
    expect(spec.linux.seccomp?.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'])
    expect(spec.linux.maskedPaths).toContain('/proc/kcore')
  })

  it('opens everything for privileged', () => {
    const spec = specOf({ args: ['true'], privileged: true })
    expect(spec.linux).toMatchObject({ maskedPaths: [], readonlyPaths: [] })
    expect(spec.linux.seccomp).toBeUndefined()
    expect(spec.linux.resources.devices).toEqual([{ allow: true, access: 'rwm' }])
    expect(spec.process.capabilities.effective).toHaveLength(41)
  })

  it('mounts parents before children, and a mount of the caller in place of a default one', () => {
    const spec = specOf(
      { args: ['true'] },
      {
        mounts: [
          { type: 'bind', source: '/b', destination: '/a/b', readOnly: true },
          { type: 'bind', source: '/a', destination: '/a', readOnly: false },
          { type: 'tmpfs', source: '', destination: '/dev/shm', readOnly: false, options: ['size=1m'] },
        ],
      },
    )
    expect(spec.mounts.slice(-3)).toEqual([
      { destination: '/a', type: 'bind', source: '/a', options: ['rbind', 'rw', 'rprivate'] },
      { destination: '/a/b', type: 'bind', source: '/b', options: ['rbind', 'rro', 'rprivate'] },
      {
        destination: '/dev/shm',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['noexec', 'nosuid', 'nodev', 'rw', 'size=1m'],
      },
    ])
    expect(spec.mounts.filter(({ destination }) => destination === '/dev/shm')).toHaveLength(1)
  })

  it('puts the init before the program', () => {
    const spec = specOf({ args: ['sleep', '1'] }, { init: true })
    expect(spec.process.args).toEqual(['/sbin/docker-init', '--', 'sleep', '1'])
    expect(spec.mounts.at(-1)).toMatchObject({ source: '/opt/longshore-native' })
  })

  it('turns CPUs and memory into the words of cgroups', () => {
    const { resources } = specOf(
      { args: ['true'] },
      { resources: { nanoCpus: 1_500_000_000, memoryBytes: 1000, pidsLimit: 5 } },
    ).linux
    expect(resources).toMatchObject({
      cpu: { period: 100_000, quota: 150_000 },
      memory: { limit: 1000, swap: 2000 },
      pids: { limit: 5 },
    })
  })

  it('lets a user that is not root have no capability but what bounds it', () => {
    const app = { uid: 1000, gid: 1, additionalGids: [1], home: '/home/app' }
    const process = buildProcess(processFor({ args: ['true'] }), app, facts)
    expect(process.capabilities.effective).toEqual([])
    expect(process.capabilities.bounding).toHaveLength(14)
    expect(process.env).toContain('HOME=/home/app')
  })

  it('writes an unlimited limit as the kernel has it, and nothing else that looks like one', () => {
    const process = buildProcess(
      processFor({ args: ['echo', '"soft":-1'], ulimits: [{ name: 'nofile', soft: 10, hard: -1 }] }),
      root,
      facts,
    )
    const text = serializeSpec(process)
    expect(text).toContain('"soft":10,"hard":18446744073709551615')
    expect(text).toContain('\\"soft\\":-1')
  })
})

describe('capabilities', () => {
  const ask = (capAdd: string[], capDrop: string[], available = ALL_BITS) =>
    capabilities({ privileged: false, capAdd, capDrop }, available)
  it('adds and drops by name in any case', () => {
    expect(ask(['net_admin'], [])).toContain('CAP_NET_ADMIN')
    expect(ask([], ['CAP_CHOWN'])).toHaveLength(13)
    expect(ask(['CHOWN'], ['ALL'])).toEqual(['CAP_CHOWN'])
    expect(ask(['ALL'], ['SYS_ADMIN'])).toHaveLength(40)
  })
  it('gives nothing that the engine lacks', () => {
    expect(ask(['SYS_RESOURCE'], [], ALL_BITS & ~(1n << 24n))).toHaveLength(DEFAULT_CAPABILITIES.length)
  })
  it('refuses what is none', () => {
    expect(() => ask(['FLY'], [])).toThrow(EngineError)
  })
})

describe('rlimits', () => {
  const text =
    'Max open files            20000                20000                files     \nMax processes             unlimited            unlimited            processes\n'
  it('stay under what cannot be raised', () => {
    const ceiling = parseHardLimits(text)
    expect(rlimits([{ name: 'nofile', soft: 1_000_000, hard: 1_000_000 }], ceiling)).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 20000, hard: 20000 },
    ])
    expect(rlimits([{ name: 'nproc', soft: 5, hard: -1 }], ceiling)).toEqual([
      { type: 'RLIMIT_NPROC', soft: 5, hard: -1 },
    ])
  })
  it('refuse an unknown name and a soft limit above the hard one', () => {
    expect(() => rlimits([{ name: 'x', soft: 1, hard: 1 }], new Map())).toThrow('invalid ulimit type: x')
    expect(() => rlimits([{ name: 'cpu', soft: 2, hard: 1 }], new Map())).toThrow('above the hard limit')
  })
})

describe('users', () => {
  const files = {
    passwd:
      'root:x:0:0:root:/root:/bin/sh\n# no line\nbroken\napp:x:1000:1001::/home/app:/bin/sh\n1234:x:9:9::/n:/bin/sh\n',
    group: 'root:x:0:\napp:x:1001:\nextra:x:2000:other,app\n',
  }
  const user = (name: string, add: string[] = []) => resolveUser(name, add, files)
  it('are found by name, by number, and as numbers that no line names', () => {
    expect(user('')).toEqual({ uid: 0, gid: 0, additionalGids: [0], home: '/root' })
    expect(user('app')).toEqual({ uid: 1000, gid: 1001, additionalGids: [1001, 2000], home: '/home/app' })
    expect(user('1000')).toEqual(user('app'))
    expect(user('77')).toEqual({ uid: 77, gid: 0, additionalGids: [0], home: '/' })
    expect(user('1234').uid).toBe(9)
  })
  it('lose their listed groups when one is given', () => {
    expect(user('app:extra')).toMatchObject({ gid: 2000, additionalGids: [2000] })
    expect(user('app', ['root', '5']).additionalGids).toEqual([1001, 2000, 0, 5])
  })
  it('fail in the words of Docker', () => {
    expect(() => user('x')).toThrow('unable to find user x: no matching entries in passwd file')
    expect(() => user('0:x')).toThrow('unable to find group x: no matching entries in group file')
    expect(() => user('4294967295')).toThrow('must be in range')
  })
})
