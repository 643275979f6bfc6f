import { readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { expectError, onEachEngine } from './suite.ts'

const LOOP = ['sh', '-c', 'while :; do sleep 0.05; done']
/** Docker's 14 capabilities as the kernel's mask. */
const FOURTEEN = '00000000a80425fb'

onEachEngine('isolation', (subject) => {
  const { api } = subject
  const create = (HostConfig: object, more: object = {}) =>
    api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], HostConfig, ...more })
  /** What a shell script writes, both streams. */
  const said = async (script: string, HostConfig: object = {}, more: object = {}) => {
    const { log } = await subject.finish({ Cmd: ['sh', '-c', script], HostConfig, ...more })
    return streamText(log, 1) + streamText(log, 2)
  }
  const effective = async (HostConfig: object) =>
    (await said('grep CapEff /proc/self/status', HostConfig)).replace('CapEff:', '').trim()

  test('a container has Docker’s 14 capabilities, and more or fewer when asked [24.11]', async () => {
    expect(await effective({})).toBe(FOURTEEN)
    expect(await effective({ CapDrop: ['ALL'] })).toBe('0000000000000000')
    expect(await effective({ CapDrop: ['ALL'], CapAdd: ['chown'] })).toBe('0000000000000001')
    expect(await effective({ CapAdd: ['CAP_NET_ADMIN'] })).toBe('00000000a80435fb')
    expect(await effective({ CapDrop: ['MKNOD', 'cap_net_raw'] })).toBe('00000000a00405fb')
  })

  test('system calls are filtered, unless that is not wanted [24.13]', async () => {
    const mode = async (HostConfig: object) =>
      (await said('grep Seccomp: /proc/self/status', HostConfig)).replace('Seccomp:', '').trim()
    expect(await mode({})).toBe('2')
    expect(await mode({ SecurityOpt: ['seccomp=unconfined'] })).toBe('0')
    expect(await said('unshare -U true')).toMatch(/not permitted/i)
  })

  test('a filter of one’s own holds, and one that is none is refused [24.13]', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
    }
    const SecurityOpt = [`seccomp=${JSON.stringify(profile)}`]
    expect(await said('mkdir /tmp/x; echo ended', { SecurityOpt })).toMatch(
      /not permitted[\s\S]*ended|ended[\s\S]*not permitted/,
    )
    const bad = await create({ SecurityOpt: ['seccomp={'] })
    if (bad.status === 201) {
      const { Id } = bad.json<{ Id: string }>()
      expectError(await api.post(`/containers/${Id}/start`), [400, 500], /^Decoding seccomp profile failed: /)
    } else {
      expectError(bad, 400, /^Decoding seccomp profile failed: /)
    }
  })

  test('no-new-privileges is set on the process [24.11]', async () => {
    const flag = async (SecurityOpt: string[]) =>
      (await said('grep NoNewPrivs /proc/self/status', { SecurityOpt })).replace('NoNewPrivs:', '').trim()
    expect(await flag([])).toBe('0')
    expect(await flag(['no-new-privileges'])).toBe('1')
    expect(await flag(['no-new-privileges:true'])).toBe('1')
    expectError(await create({ SecurityOpt: ['bogus'] }), [400, 500], 'invalid --security-opt 1: "bogus"')
    expectError(await create({ SecurityOpt: ['bogus=1'] }), [400, 500], 'invalid --security-opt 2: "bogus=1"')
  })

  test('parts of /proc are hidden or read-only, unless that is said otherwise [24.13]', async () => {
    const script = 'wc -c < /proc/keys; echo x > /proc/sys/kernel/hostname'
    expect(await said(script)).toMatch(/^0\n[\s\S]*Read-only/)
    const open = await said('wc -c < /proc/timer_list; echo done', { MaskedPaths: [], ReadonlyPaths: [] })
    expect(open).toContain('done')
  })

  test('each container has namespaces of its own, which inspect’s pid shows [24.14]', async () => {
    const id = await subject.start({ Cmd: LOOP })
    const { Pid } = (await subject.inspect(id)).State
    for (const name of ['ipc', 'mnt', 'net', 'pid', 'uts']) {
      expect(readlinkSync(`/proc/${Pid}/ns/${name}`)).toMatch(new RegExp(`^${name}:\\[\\d+\\]$`))
      expect(readlinkSync(`/proc/${Pid}/ns/${name}`)).not.toBe(readlinkSync(`/proc/self/ns/${name}`))
    }
    const own = await subject.start({ Cmd: LOOP, HostConfig: { CgroupnsMode: 'private' } })
    const pid = (await subject.inspect(own)).State.Pid
    expect(readlinkSync(`/proc/${pid}/ns/cgroup`)).not.toBe(readlinkSync('/proc/self/ns/cgroup'))
  })

  test('namespaces of the host are the host’s [24.14]', async () => {
    const id = await subject.start({
      Cmd: LOOP,
      HostConfig: { PidMode: 'host', UTSMode: 'host', IpcMode: 'host', CgroupnsMode: 'host' },
    })
    const { Pid } = (await subject.inspect(id)).State
    for (const name of ['ipc', 'pid', 'uts', 'cgroup']) {
      expect(readlinkSync(`/proc/${Pid}/ns/${name}`)).toBe(readlinkSync(`/proc/self/ns/${name}`))
    }
    expectError(
      await create({ UTSMode: 'host' }, { Hostname: 'h' }),
      400,
      'conflicting options: hostname and the UTS mode',
    )
  })

  test('a shareable container shares its shared memory with those that ask [24.14]', async () => {
    const donor = await subject.start(
      {
        Cmd: ['sh', '-c', 'echo cargo > /dev/shm/hold; while :; do sleep 0.05; done'],
        HostConfig: { IpcMode: 'shareable', ShmSize: 4 * 1024 * 1024 },
      },
      'donor',
    )
    const script =
      'until test -e /dev/shm/hold; do sleep 0.05; done; cat /dev/shm/hold; df -k /dev/shm | tail -1'
    const seen = await said(script, { IpcMode: 'container:donor' })
    expect(seen).toMatch(/^cargo\n\S+\s+4096\s/)
    const joined = await subject.create({ Cmd: ['true'], HostConfig: { IpcMode: 'container:donor' } })
    expect((await subject.inspect(joined)).HostConfig.IpcMode).toBe(`container:${donor}`)
    await api.post(`/containers/${donor}/kill`)
    await subject.exitCode(donor)
    expectError(await api.post(`/containers/${joined}/start`), [409, 500], /^can't join IPC of container/)
  })

  test('one that is private does not; none has no shared memory [24.14]', async () => {
    const donor = await subject.start({ Cmd: LOOP, HostConfig: { IpcMode: 'private' } })
    const joined = await subject.create({ Cmd: ['true'], HostConfig: { IpcMode: `container:${donor}` } })
    expectError(
      await api.post(`/containers/${joined}/start`),
      [409, 500],
      `can't join IPC of container ${donor}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    )
    expect(await said('grep -c " /dev/shm " /proc/mounts', { IpcMode: 'none' })).toBe('0\n')
  })

  test('a container can see another’s processes [24.14]', async () => {
    const other = await subject.start({ Cmd: ['sleep', '4242'] })
    expect(await said('ps', { PidMode: `container:${other}` })).toContain('sleep 4242')
  })

  test('devices are given by path, by directory and by rule [24.11]', async () => {
    const device = { PathOnHost: '/dev/zero', PathInContainer: '/dev/nothing', CgroupPermissions: 'r' }
    expect(await said('head -c 3 /dev/nothing | wc -c', { Devices: [device] })).toBe('3\n')
    const script = 'mknod /tmp/loop b 7 0 && head -c 0 /tmp/loop && echo opened'
    expect(await said(script)).toMatch(/not permitted/i)
    expect(await said(script, { DeviceCgroupRules: ['b 7:0 r'] })).toBe('opened\n')
    const none = await subject.create({
      Cmd: ['true'],
      HostConfig: { Devices: [{ ...device, PathOnHost: '/dev/nosuch' }] },
    })
    expectError(
      await api.post(`/containers/${none}/start`),
      [400, 500],
      'error gathering device information while adding custom device "/dev/nosuch": no such file or directory',
    )
  })

  test('a read-only root, an init that reaps, groups and a host name [04.04] [04.06]', async () => {
    expect(await said('touch /x', { ReadonlyRootfs: true })).toMatch(/Read-only file system/)
    expect(await said('cat /proc/1/cmdline | tr "\\0" " "', { Init: true })).toMatch(/init/)
    const reaped = 'sh -c "sleep 0.1 & exec true"; sleep 0.3; ps -o stat | grep -c Z'
    expect(await said(reaped, { Init: true })).toBe('0\n')
    expect(await said('id -G', { GroupAdd: ['1002', 'app'] })).toBe('0 1001 1002\n')
    expect(await said('hostname; cat /etc/hostname', {}, { Hostname: 'harbour' })).toBe('harbour\nharbour\n')
  })

  test('shared memory has the size that is asked for [04.06]', async () => {
    expect(await said('df -k /dev/shm | tail -1', { ShmSize: 8 * 1024 * 1024 })).toMatch(/^\S+\s+8192\s/)
  })
})
