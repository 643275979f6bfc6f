import { expect, test } from 'vitest'
import { cgroupValue } from '../fixtures/cgroups.ts'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

const MB = 1024 * 1024
const LOOP = ['sh', '-c', 'while :; do sleep 0.05; done']

onEachEngine('container update', (subject) => {
  const { api } = subject
  const update = (id: string, body: object) => api.post(`/containers/${id}/update`, body)
  const start = async (HostConfig: object) => {
    const id = await subject.start({ Cmd: LOOP, HostConfig })
    const { Pid } = (await subject.inspect(id)).State
    return { id, value: (controller: string, v1: string, v2: string) => cgroupValue(Pid, controller, v1, v2) }
  }

  test('changes the limits of a running container [24.08] [24.09]', async () => {
    const { id, value } = await start({ Memory: 64 * MB, NanoCpus: 1e9, PidsLimit: 20 })
    const answer = await update(id, {
      ...{ Memory: 300 * MB, MemorySwap: 600 * MB, MemoryReservation: 32 * MB },
      ...{ NanoCpus: 5e8, CpuShares: 100, CpusetCpus: '0', PidsLimit: 7 },
    })
    expect(answer.json()).toEqual({ Warnings: null })
    expect(value('memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(300 * MB))
    expect(value('memory', 'memory.soft_limit_in_bytes', 'memory.low')).toBe(String(32 * MB))
    expect(value('cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^50000/)
    expect(value('cpuset', 'cpuset.cpus', 'cpuset.cpus')).toBe('0')
    expect(value('pids', 'pids.max', 'pids.max')).toBe('7')
    expect((await subject.inspect(id)).HostConfig).toMatchObject({
      ...{ Memory: 300 * MB, MemorySwap: 600 * MB, NanoCpus: 5e8, CpuShares: 100, PidsLimit: 7 },
    })
    expect((await update(id, { Memory: 32 * MB, MemorySwap: 32 * MB })).status).toBe(200)
    expect(value('memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(32 * MB))
    for (const PidsLimit of [0, -1]) {
      expect((await update(id, { PidsLimit })).status).toBe(200)
      expect(value('pids', 'pids.max', 'pids.max')).toBe('max')
    }
  })

  test('a stopped container has its new limits at its next start [24.09]', async () => {
    const id = await subject.create({ Cmd: LOOP })
    expect((await update(id, { Memory: 32 * MB, MemorySwap: 32 * MB })).status).toBe(200)
    await api.post(`/containers/${id}/start`)
    const { Pid } = (await subject.inspect(id)).State
    expect(cgroupValue(Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(32 * MB))
  })

  test('a quota can be taken off again [24.08]', async () => {
    const { id, value } = await start({ CpuQuota: 50_000, CpuPeriod: 100_000 })
    expect((await update(id, { CpuQuota: -1 })).status).toBe(200)
    expect(value('cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^(-1|max)/)
  })

  test('changes the restart policy, which counts from then on [03.08]', async () => {
    const id = await subject.start({ Cmd: ['sh', '-c', 'sleep 0.2; exit 1'] })
    expect((await update(id, { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 1 } })).status).toBe(
      200,
    )
    await until('one restart', async () => {
      const now = await subject.inspect(id)
      return now.State.Status === 'exited' && now.RestartCount === 1
    })
    expect((await subject.inspect(id)).HostConfig.RestartPolicy).toEqual({
      Name: 'on-failure',
      MaximumRetryCount: 1,
    })
  })

  test('says that it happened, and what the kernel cannot hold [24.08]', async () => {
    const since = Date.now() / 1000 - 1
    const { id } = await start({})
    const answer = await update(id, { CpuPercent: 5, CpuShares: 10 })
    expect(answer.json()).toEqual({ Warnings: ['linux does not support CPU percent. Percent discarded.'] })
    const filters = encodeURIComponent(JSON.stringify({ container: [id], event: ['update'] }))
    const events = await api.get(`/events?since=${since}&until=${Date.now() / 1000}&filters=${filters}`)
    expect(events.lines()).toHaveLength(1)
  })

  test('what cannot be is refused in Docker’s words and changes nothing [24.08]', async () => {
    const { id } = await start({ AutoRemove: true, NanoCpus: 1e9, Memory: 64 * MB })
    const before = (await subject.inspect(id)).HostConfig
    const refused = `Cannot update container ${id}: `
    expectError(await update('nobody', {}), 404, 'No such container: nobody')
    expectError(await update(id, { Memory: MB }), 400, 'Minimum memory limit allowed is 6MB')
    expectError(await update(id, { RestartPolicy: { Name: 'foo' } }), 400, /^invalid restart policy/)
    expectError(
      await update(id, { Memory: 300 * MB }),
      409,
      `${refused}Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
    )
    expectError(
      await update(id, { CpuQuota: 50_000 }),
      409,
      `${refused}Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set`,
    )
    expectError(
      await update(id, { RestartPolicy: { Name: 'always' } }),
      409,
      `${refused}Restart policy cannot be updated because AutoRemove is enabled for the container`,
    )
    expect((await subject.inspect(id)).HostConfig).toEqual(before)
  })
})
