import { expect, test } from 'vitest'
import { ABLE } from '../../../runtime/abilities.ts'
import { cpusetIsIn, parseCpuset } from './cpuset.ts'
import { checkDevices, checkSysctls, parseDeviceRule } from './isolation.ts'
import { checkPrivileges } from './privileges.ts'
import { checkResources } from './resources.ts'
import { parseSeccompProfile } from './seccomp.ts'
import { securityOptions, securityWarnings } from './security.ts'

const MB = 1024 * 1024

test('lists of CPUs', () => {
  expect([...parseCpuset('0-2,5', 'cpus')]).toEqual([0, 1, 2, 5])
  expect(cpusetIsIn(parseCpuset('1,3', 'cpus'), '0-3')).toBe(true)
  expect(cpusetIsIn(parseCpuset('4', 'cpus'), '0-3')).toBe(false)
  for (const bad of ['x', '3-1', '0-99999999', '1,,2']) {
    expect(() => parseCpuset(bad, 'cpus')).toThrow(`Invalid value ${bad} for cpuset cpus`)
  }
})

test('what the kernel cannot hold is left out and said', () => {
  const without = { ...ABLE, memory: false, pids: false, cpuShares: false, blkioThrottle: false }
  const { resources, warnings } = checkResources(
    {
      Memory: 64 * MB,
      PidsLimit: 5,
      CpuShares: 9,
      BlkioDeviceWriteIOps: [{ Path: '/dev/x', Rate: 1 }],
    },
    without,
    false,
  )
  expect(resources).toMatchObject({ Memory: 0, PidsLimit: null, CpuShares: 0, BlkioDeviceWriteIOps: [] })
  expect(warnings).toEqual([
    'Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.',
    'Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.',
    'Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.',
    'Your kernel does not support IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write limit discarded.',
  ])
})

test('without an account of swap, memory is limited alone', () => {
  const { resources, warnings } = checkResources({ Memory: 64 * MB }, { ...ABLE, swap: false }, false)
  expect(resources.MemorySwap).toBe(-1)
  expect(warnings).toHaveLength(1)
})

test('an update may say swap without memory', () => {
  expect(() => checkResources({ MemorySwap: MB }, ABLE, false)).toThrow('You should always set the Memory')
  expect(() => checkResources({ MemorySwap: MB }, ABLE, true)).not.toThrow()
})

test('only settings of the container’s own namespaces can be set', () => {
  const check = (name: string, more: object = {}) =>
    checkSysctls({ Sysctls: { [name]: '1' }, NetworkMode: '', IpcMode: '', UTSMode: '', ...more })
  for (const name of [
    'kernel.shmmax',
    'fs.mqueue.msg_max',
    'net.ipv4.ip_forward',
    'net/ipv4/tcp_syncookies',
  ]) {
    expect(() => check(name)).not.toThrow()
  }
  expect(() => check('kernel.panic')).toThrow('sysctl "kernel.panic" is not in a separate kernel namespace')
  expect(() => check('net.core.somaxconn', { NetworkMode: 'host' })).toThrow(
    'sysctl "net.core.somaxconn" not allowed in host network namespace',
  )
  expect(() => check('kernel.shmmax', { IpcMode: 'host' })).toThrow('not allowed in host ipc namespace')
})

test('rules of devices', () => {
  expect(parseDeviceRule('c 1:3 rwm')).toEqual({ type: 'c', major: 1, minor: 3, access: 'rwm' })
  expect(parseDeviceRule('a *:* m')).toEqual({ type: 'a', access: 'm' })
  expect(() => parseDeviceRule('bogus')).toThrow("invalid device cgroup rule format: 'bogus'")
  const gpu = { Driver: '', Count: -1, Capabilities: [['gpu', 'compute']] }
  expect(() => checkDevices({ Devices: null, DeviceCgroupRules: null, DeviceRequests: [gpu] })).toThrow(
    'could not select device driver "" with capabilities: [[gpu compute]]',
  )
})

test('what the engine itself lacks is said', () => {
  const can = {
    ...ABLE,
    capabilities: ['CAP_CHOWN'],
    ulimitCeiling: new Map([['nofile', 100]]),
    oomScoreFloor: 0,
  }
  const asked = {
    Privileged: false,
    CapAdd: ['net_admin', 'chown'],
    CapDrop: null,
    Ulimits: [{ Name: 'nofile', Soft: 5, Hard: 200 }],
    OomScoreAdj: -500,
  }
  expect(checkPrivileges(asked, can)).toEqual([
    'The engine itself does not have CAP_NET_ADMIN. Capability discarded.',
    'The engine itself is limited to 100 of nofile. Limit 200 lowered to that.',
    'The engine cannot lower oom_score_adj below 0. Value -500 raised.',
  ])
  expect(checkPrivileges(asked, ABLE)).toEqual([])
  expect(() => checkPrivileges({ ...asked, Ulimits: [{ Name: 'files', Soft: 1, Hard: 1 }] }, ABLE)).toThrow(
    'invalid ulimit type: files',
  )
})

test('security options', () => {
  expect(securityOptions(['no-new-privileges', 'seccomp=unconfined'])).toMatchObject({
    noNewPrivileges: true,
    seccomp: 'unconfined',
  })
  expect(securityOptions(['no-new-privileges:false', 'seccomp=builtin'])).toMatchObject({
    noNewPrivileges: false,
    seccomp: 'default',
  })
  const asked = securityOptions(['apparmor=mine', 'label=disable', 'label=type:t'])
  expect(securityWarnings(asked, { ...ABLE, apparmor: false })).toEqual([
    'Your kernel does not support AppArmor. Profile mine discarded.',
    'SELinux labels are not applied by this engine. Label type:t discarded.',
  ])
  expect(() => securityOptions(['bogus'])).toThrow('invalid --security-opt 1: "bogus"')
  expect(() => securityOptions(['bogus=1'])).toThrow('invalid --security-opt 2: "bogus=1"')
  expect(() => securityOptions(['no-new-privileges:maybe'])).toThrow('invalid --security-opt 2')
})

test('a seccomp profile is checked to its leaves', () => {
  const profile = (more: object) => JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', ...more })
  const rule = (more: object) =>
    profile({ syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', ...more }] })
  expect(parseSeccompProfile(rule({}))).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO' })
  expect(parseSeccompProfile(profile({}))).toMatchObject({ syscalls: [] })
  const argument = { index: 0, value: 1, op: 'SCMP_CMP_EQ' }
  expect(() => parseSeccompProfile(rule({ args: [argument], includes: { caps: ['CAP_BPF'] } }))).not.toThrow()
  for (const [text, why] of [
    ['{', 'JSON'],
    ['[]', 'it must be a JSON object'],
    ['{}', 'defaultAction is missing'],
    [profile({ syscalls: {} }), 'syscalls must be a list of rules'],
    [profile({ syscalls: [5] }), 'syscalls[0] must be an object'],
    [profile({ syscalls: [{ action: 'SCMP_ACT_ALLOW' }] }), 'neither name nor names'],
    [rule({ action: 'ALLOW' }), 'syscalls[0].action "ALLOW" must be one of'],
    [rule({ names: [1] }), 'syscalls[0].names must be a list'],
    [rule({ name: 'write' }), "'name' and 'names' were specified"],
    [rule({ args: [{ ...argument, index: 6 }] }), 'syscalls[0].args[0].index must be 0 to 5'],
    [rule({ args: [{ ...argument, value: 2 ** 60 }] }), 'value must be a whole number below 2^53'],
    [rule({ args: [{ ...argument, op: 'EQ' }] }), 'args[0].op "EQ" must be one of'],
    [rule({ includes: { caps: 'CAP_BPF' } }), 'syscalls[0].includes must hold'],
    [
      profile({ architectures: ['SCMP_ARCH_X86'], archMap: [{ architecture: 'SCMP_ARCH_X86_64' }] }),
      "'architectures' and 'archMap'",
    ],
  ] as const) {
    expect(() => parseSeccompProfile(text)).toThrow(why)
  }
})
