/** What an engine without root says where the host does not allow a thing. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { engineWithImage, start } from '../faults/harness.ts'
import { startRootless } from '../fixtures/embedded-rootless.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { makeUser } from '../fixtures/plain-user.ts'
import { freePort, run, until } from '../fixtures/processes.ts'
import { logOf } from './observe.ts'

const cgroupsOfVersion1 = (await run('grep', ['-c', ' - cgroup ', '/proc/self/mountinfo'])).code === 0

const { api } = await engineWithImage(() => startRootless({ tun: false }))

describe('a user without subordinate ids', () => {
  test('is told which command gives it some [25.04] [24.05]', async () => {
    const folder = freshFolder('ids')
    await run('chmod', ['711', folder])
    const user = await makeUser(path.join(folder, 'h'), { ids: false })
    try {
      const [program, args] = user.as(process.execPath, [bin, 'engine'])
      const result = await run(program, args, { env: user.env, timeoutMs: 20_000 })
      expect(result.code).toBe(1)
      expect(result.stderr).toContain(`user ${user.name} has no subordinate uids in /etc/subuid`)
      expect(result.stderr).toMatch(
        new RegExp(`Run: sudo usermod --add-subuids \\d+-\\d+ --add-subgids \\d+-\\d+ ${user.name}\n`),
      )
    } finally {
      await user.remove()
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a host whose users have no /dev/net/tun', () => {
  test('containers reach each other and are reached at their ports, and info says what they do not reach', async () => {
    const info = (await api.get('/info')).json<{ Warnings: string[] }>()
    expect(info.Warnings.join('\n')).toMatch(
      /WARNING: Containers reach .* nothing beyond this host: .*\/dev\/net\/tun.* Run: sudo /,
    )
    const port = await freePort()
    const server = await start(api, {
      Cmd: ['sh', '-c', 'mkdir /www; echo hello > /www/x; exec httpd -f -p 80 -h /www'],
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    })
    await until(
      'the server',
      async () => (await (await fetch(`http://127.0.0.1:${port}/x`)).text()) === 'hello\n',
    )
    const { NetworkSettings } = (await api.get(`/containers/${server}/json`)).json<{
      NetworkSettings: { Networks: { bridge: { IPAddress: string } } }
    }>()
    const address = NetworkSettings.Networks.bridge.IPAddress
    const client = await start(api, { Cmd: ['wget', '-qO-', `http://${address}/x`] })
    await api.post(`/containers/${client}/wait`)
    expect(await logOf(api, client)).toBe('hello\n')
  })

  test('the host is described line by line, each lack with its remedy [24.12]', async () => {
    const answer = await api.get('/longshore/v1/host')
    const lines = answer.json<{ name: string; ok: boolean; detail: string; remedy: string | null }[]>()
    const line = (name: string) => lines.find((each) => each.name === name)
    expect(line('/dev/net/tun')).toMatchObject({ remedy: expect.stringMatching(/^Run: sudo /) })
    expect(line('user namespaces')).toMatchObject({ ok: true })
    expect(line('subordinate uids')?.detail).toMatch(/^65536 of lse2e-/)
    const confined = line('AppArmor')?.detail
    console.log(`AppArmor: ${confined}`)
    expect(confined).toMatch(/in the kernel|not in this kernel/)
    const { features } = (await api.get('/longshore/v1/capabilities')).json<{ features: string[] }>()
    expect(features).toContain('host-check')
  })

  test.runIf(cgroupsOfVersion1)('limits are discarded aloud, as Docker does without cgroups', async () => {
    const info = (await api.get('/info')).json<Record<string, unknown>>()
    expect(info).toMatchObject({ CgroupDriver: 'none', MemoryLimit: false, PidsLimit: false })
    expect(info.Warnings).toContain(
      'WARNING: Running in rootless-mode without cgroups. To enable cgroups in rootless-mode, you need to boot the system in cgroup v2 mode',
    )
    const created = await api.post('/containers/create', {
      Image: 'faults/busybox:1',
      Cmd: ['true'],
      HostConfig: { Memory: 64 << 20, CpuQuota: 50_000, PidsLimit: 50 },
    })
    expect(created.json<{ Warnings: string[] }>().Warnings).toEqual([
      expect.stringContaining('does not support memory limit'),
      expect.stringContaining('does not support PIDs limit'),
      expect.stringContaining('does not support CPU CFS scheduler'),
    ])
    const { Id } = created.json<{ Id: string }>()
    expect((await api.post(`/containers/${Id}/start`)).status).toBe(204)
    const { StatusCode } = (await api.post(`/containers/${Id}/wait`)).json<{ StatusCode: number }>()
    expect(StatusCode).toBe(0)
  })

  test.runIf(cgroupsOfVersion1)(
    'top and stats go by the processes, and pause says what it lacks',
    async () => {
      const id = await start(api, { Cmd: ['sh', '-c', 'sleep 98 & sleep 99; true'] })
      await until('both', async () => {
        const top = (await api.get(`/containers/${id}/top`)).json<{ Processes: string[][] }>()
        return top.Processes.filter((row) => /sleep 9[89]$/.test(row.at(-1) ?? '')).length === 2
      })
      const stats = (await api.get(`/containers/${id}/stats?stream=0&one-shot=1`)).json<{
        pids_stats: { current: number }
        memory_stats: { usage: number }
      }>()
      expect(stats.pids_stats.current).toBe(3)
      expect(stats.memory_stats.usage).toBeGreaterThan(0)
      const pause = await api.post(`/containers/${id}/pause`)
      expect(pause.status).toBe(500)
      expect(pause.text).toMatch(
        /Cannot pause container .*: it has no freezer cgroup\. .*unified_cgroup_hierarchy=1/,
      )
    },
  )
})
