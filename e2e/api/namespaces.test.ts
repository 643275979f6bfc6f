import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { onEachEngine } from './suite.ts'

/** A container is a world of its own: what is in it is not outside, and what is outside is not in it. */
onEachEngine('namespaces', (subject) => {
  const said = async (script: string, HostConfig: object = {}, more: object = {}) => {
    const { log } = await subject.finish({ Cmd: ['sh', '-c', script], HostConfig, ...more })
    return streamText(log, 1)
  }
  const word = randomBytes(8).toString('hex')

  test('its first process is number 1, and it sees no others than its own [24.01]', async () => {
    const script = 'echo $$; cd /proc; for p in [0-9]*; do tr "\\0" " " < $p/cmdline; echo; done'
    const [first, ...others] = (await said(script)).trim().split('\n')
    expect(first).toBe('1')
    expect(others.filter((line) => line !== '' && !/^(sh |tr )/.test(line))).toEqual([])
    const seen = await said(
      `test -e /proc/${process.pid}/status && grep Name /proc/${process.pid}/status; true`,
    )
    expect(seen).not.toContain(readFileSync('/proc/self/comm', 'utf8').trim())
  })

  test('it has links and routes of its own [24.02]', async () => {
    expect(
      (await said('ls /sys/class/net 2>/dev/null; cat /proc/net/dev | cut -d: -f1')).split(/\s+/),
    ).toEqual(expect.arrayContaining(['lo', 'eth0']))
    const none = await said('sed 1,2d /proc/net/dev | cut -d: -f1; wc -l < /proc/net/route', {
      NetworkMode: 'none',
    })
    expect(none.trim().split(/\s+/)).toEqual(['lo', '1'])
  })

  test('its root is its image, and its files and mounts are not the host’s [24.03]', async () => {
    const outside = `/tmp/longshore-${word}`
    writeFileSync(outside, 'host')
    try {
      expect(await said(`test -e ${outside} || echo absent; echo mine > ${outside}; cat ${outside}`)).toBe(
        'absent\nmine\n',
      )
      expect(readFileSync(outside, 'utf8')).toBe('host')
    } finally {
      rmSync(outside)
    }
    const id = await subject.sleeper({ HostConfig: { Tmpfs: { [`/${word}`]: '' } } })
    const { Pid } = (await subject.inspect(id)).State
    expect(readFileSync(`/proc/${Pid}/mountinfo`, 'utf8')).toContain(` /${word} `)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(` /${word} `)
    expect(readlinkSync(`/proc/${Pid}/ns/mnt`)).not.toBe(readlinkSync('/proc/self/ns/mnt'))
  })

  test('its shared memory is its own [24.04]', async () => {
    const script = `echo held > /dev/shm/${word}; while :; do sleep 0.05; done`
    const id = await subject.start({ Cmd: ['sh', '-c', script] })
    expect(await said(`test -e /dev/shm/${word} || echo absent`)).toBe('absent\n')
    expect(existsSync(`/dev/shm/${word}`)).toBe(false)
    const { Pid } = (await subject.inspect(id)).State
    expect(readlinkSync(`/proc/${Pid}/ns/ipc`)).not.toBe(readlinkSync('/proc/self/ns/ipc'))
  })

  test('its host name is its own [24.06]', async () => {
    const before = hostname()
    const script = 'hostname; hostname moored && hostname'
    expect(await said(script, { CapAdd: ['SYS_ADMIN'] }, { Hostname: 'harbour' })).toBe('harbour\nmoored\n')
    expect(hostname()).toBe(before)
  })

  test('its cgroups are the top of its own view when that is asked for [24.07]', async () => {
    const of = async (CgroupnsMode: string) =>
      (await said('readlink /proc/self/ns/cgroup', { CgroupnsMode })).trim()
    expect(await of('private')).not.toBe(readlinkSync('/proc/self/ns/cgroup'))
    expect(await of('host')).toBe(readlinkSync('/proc/self/ns/cgroup'))
    expect(await said('cat /proc/self/cgroup', { CgroupnsMode: 'private' })).toMatch(/^\d+:[^:]*:\/(\.\.)?/m)
  })

  test('it is confined by AppArmor where the kernel has it [24.12]', async () => {
    const parameter = '/sys/module/apparmor/parameters/enabled'
    const kernel = existsSync(parameter) && readFileSync(parameter, 'utf8').startsWith('Y')
    const id = await subject.sleeper()
    const { State, AppArmorProfile } = (await subject.inspect(id)) as Awaited<
      ReturnType<typeof subject.inspect>
    > & { AppArmorProfile: string }
    if (kernel) {
      expect(readFileSync(`/proc/${State.Pid}/attr/current`, 'utf8')).toContain(AppArmorProfile)
      expect(AppArmorProfile).not.toBe('')
      return
    }
    console.log('this kernel has no AppArmor: no profile can be applied, and inspect names none')
    expect(AppArmorProfile).toBe('')
  })
})
