import { expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

const BUSY = ['sh', '-c', 'while :; do :; done']

interface Stats {
  readonly read: string
  readonly preread: string
  readonly name: string
  readonly id: string
  readonly num_procs: number
  readonly pids_stats: { readonly current?: number; readonly limit?: number }
  readonly blkio_stats: Readonly<Record<string, unknown>>
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number; readonly percpu_usage?: number[] }
    readonly system_cpu_usage?: number
    readonly online_cpus?: number
    readonly throttling_data: {
      readonly periods: number
      readonly throttled_periods: number
      readonly throttled_time: number
    }
  }
  readonly precpu_stats: Stats['cpu_stats']
  readonly memory_stats: {
    readonly usage?: number
    readonly limit?: number
    readonly stats?: Record<string, number>
  }
  readonly networks?: Record<string, Record<string, number>>
}

onEachEngine('watching containers', (subject) => {
  const { api } = subject
  const query = (filters: object) => `filters=${encodeURIComponent(JSON.stringify(filters))}`

  test('stats tell CPU with its quota, memory, processes, disk and network, and the sample before [02.10]', async () => {
    const id = await subject.start({
      Cmd: BUSY,
      HostConfig: { NanoCpus: 1e8, Memory: 64 * 1024 * 1024, PidsLimit: 9 },
    })
    const stats = (await api.get(`/containers/${id}/stats?stream=0`)).json<Stats>()
    expect(stats).toMatchObject({ id, num_procs: 0, pids_stats: { current: 1, limit: 9 } })
    expect(Date.parse(stats.read)).toBeGreaterThan(Date.parse(stats.preread))
    const { cpu_stats: now, precpu_stats: before } = stats
    expect(now.cpu_usage.total_usage).toBeGreaterThan(before.cpu_usage.total_usage)
    expect(now.system_cpu_usage).toBeGreaterThan(before.system_cpu_usage ?? 0)
    expect(now.throttling_data.periods).toBeGreaterThan(0)
    expect(now.throttling_data.throttled_periods).toBeGreaterThan(0)
    expect(now.throttling_data.throttled_time).toBeGreaterThan(0)
    expect(now.online_cpus).toBeGreaterThan(0)
    expect(stats.memory_stats).toMatchObject({ limit: 64 * 1024 * 1024, usage: expect.any(Number) })
    expect(Object.keys(stats.memory_stats.stats ?? {}).length).toBeGreaterThan(5)
    expect(Object.keys(stats.blkio_stats).sort()).toEqual([
      ...['io_merged_recursive', 'io_queue_recursive', 'io_service_bytes_recursive'],
      ...['io_service_time_recursive', 'io_serviced_recursive', 'io_time_recursive'],
      ...['io_wait_time_recursive', 'sectors_recursive'],
    ])
    expect(stats.networks?.eth0).toMatchObject({
      ...{
        rx_bytes: expect.any(Number),
        rx_packets: expect.any(Number),
        rx_errors: 0,
        rx_dropped: expect.any(Number),
      },
      ...{
        tx_bytes: expect.any(Number),
        tx_packets: expect.any(Number),
        tx_errors: 0,
        tx_dropped: expect.any(Number),
      },
    })
  })

  test('one sample alone has none before it; one that does not run has nothing [02.10]', async () => {
    const id = await subject.start({ Cmd: BUSY })
    const one = (await api.get(`/containers/${id}/stats?stream=0&one-shot=1`)).json<Stats>()
    expect(one.preread).toBe('0001-01-01T00:00:00Z')
    expect(one.precpu_stats.cpu_usage.total_usage).toBe(0)
    await api.post(`/containers/${id}/kill`)
    await subject.exitCode(id)
    const none = (await api.get(`/containers/${id}/stats?stream=0`)).json<Stats>()
    expect(none).toMatchObject({ read: '0001-01-01T00:00:00Z', pids_stats: {}, memory_stats: {} })
    expectError(await api.get('/containers/nobody/stats?stream=0'), 404, 'No such container: nobody')
  })

  test('top takes ps’s own arguments [02.10]', async () => {
    const id = await subject.start({ Cmd: ['sleep', '4711'] })
    const top = async (args: string) =>
      (await api.get(`/containers/${id}/top?ps_args=${encodeURIComponent(args)}`)).json<{
        Titles: string[]
        Processes: string[][]
      }>()
    expect(await top('-o pid,cmd')).toMatchObject({
      Titles: ['PID', 'CMD'],
      Processes: [[expect.stringMatching(/^\d+$/), 'sleep 4711']],
    })
    expect((await top('aux')).Titles).toEqual(
      'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND'.split(' '),
    )
    expectError(
      await api.get(`/containers/${id}/top?ps_args=${encodeURIComponent('-o cmd')}`),
      [400, 500],
      "Couldn't find PID field in ps output",
    )
    const idle = await subject.create({ Cmd: ['true'] })
    expectError(await api.get(`/containers/${idle}/top`), [409, 500], `Container ${idle} is not running`)
  })

  test('the list filters by ports, isolation and tasks too [02.10]', async () => {
    const open = await subject.start({
      Cmd: BUSY,
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18311' }] } },
    })
    const plain = await subject.start({ Cmd: BUSY })
    const ids = async (filters: object) =>
      (await api.get(`/containers/json?${query(filters)}`)).json<{ Id: string }[]>().map(({ Id }) => Id)
    expect(await ids({ expose: ['80'] })).toEqual([open])
    expect(await ids({ expose: ['50-60/udp'] })).toEqual([open])
    expect(await ids({ expose: ['81'] })).toEqual([])
    expect(await ids({ publish: ['18311'] })).toEqual([open])
    expect(await ids({ 'is-task': ['false'] })).toEqual([plain, open])
    expect(await ids({ 'is-task': ['true'] })).toEqual([])
    expectError(await api.get(`/containers/json?${query({ bogus: ['1'] })}`), 400, /invalid filter 'bogus'/i)
    expectError(
      await api.get(`/containers/json?${query({ before: ['nobody'] })}`),
      [404, 500],
      /no such container:? nobody/i,
    )
  })

  test('prune takes labels and times, and tells what it gave back [02.17]', async () => {
    const made = async (Labels: object) => {
      const { id } = await subject.finish({ Cmd: ['sh', '-c', 'head -c 100000 /dev/zero > /x'], Labels })
      return id
    }
    const [kept, gone] = [await made({ keep: 'yes' }), await made({})]
    const running = await subject.start({ Cmd: BUSY })
    const prune = async (filters: object) =>
      (await api.post(`/containers/prune?${query(filters)}`)).json<{
        ContainersDeleted: string[] | null
        SpaceReclaimed: number
      }>()
    expect((await prune({ until: ['1h'] })).ContainersDeleted ?? []).toEqual([])
    const first = await prune({ 'label!': ['keep'] })
    expect(first.ContainersDeleted).toEqual([gone])
    expect(first.SpaceReclaimed).toBeGreaterThanOrEqual(100000)
    expect((await prune({ label: ['keep=no'] })).ContainersDeleted ?? []).toEqual([])
    expect((await prune({ label: ['keep=yes'], until: ['0s'] })).ContainersDeleted ?? []).toEqual([kept])
    expect((await subject.inspect(running)).State.Running).toBe(true)
    expectError(
      await api.post(`/containers/prune?${query({ bogus: ['1'] })}`),
      400,
      /invalid filter 'bogus'/i,
    )
  })

  test('wait knows not-running, next-exit and removed [04.01]', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'exit 3'] })
    expect((await api.post(`/containers/${id}/wait?condition=not-running`)).json()).toMatchObject({
      StatusCode: 0,
    })
    const next = api.post(`/containers/${id}/wait?condition=next-exit`)
    const removed = api.post(`/containers/${id}/wait?condition=removed`)
    await api.post(`/containers/${id}/start`)
    expect((await next).json()).toMatchObject({ StatusCode: 3 })
    await until('the end', async () => (await subject.inspect(id)).State.Status === 'exited')
    await api.delete(`/containers/${id}`)
    expect((await removed).status).toBe(200)
  })
})
