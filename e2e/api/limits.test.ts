import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cgroupValue } from '../fixtures/cgroups.ts'
import { streamText } from '../fixtures/frames.ts'
import { expectError, onEachEngine } from './suite.ts'

const MB = 1024 * 1024
const LOOP = ['sh', '-c', 'while :; do sleep 0.05; done']

onEachEngine('limits', (subject) => {
  const { api } = subject
  const pidOf = async (id: string) => (await subject.inspect(id)).State.Pid
  const create = (HostConfig: object, more: object = {}) =>
    api.post('/containers/create', { Image: subject.busybox, Cmd: ['true'], HostConfig, ...more })

  test('memory, CPU and processes are held by the kernel [24.08] [24.09]', async () => {
    const HostConfig = {
      ...{ Memory: 64 * MB, MemorySwap: 96 * MB, MemoryReservation: 32 * MB, PidsLimit: 20 },
      ...{ NanoCpus: 5e8, CpuShares: 300, CpusetCpus: '0' },
    }
    const id = await subject.start({ Cmd: LOOP, HostConfig })
    const pid = await pidOf(id)
    expect(cgroupValue(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(64 * MB))
    expect(cgroupValue(pid, 'memory', 'memory.soft_limit_in_bytes', 'memory.low')).toBe(String(32 * MB))
    expect(cgroupValue(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^50000/)
    expect(cgroupValue(pid, 'cpuset', 'cpuset.cpus', 'cpuset.cpus')).toBe('0')
    expect(cgroupValue(pid, 'pids', 'pids.max', 'pids.max')).toBe('20')
    expect((await subject.inspect(id)).HostConfig).toMatchObject(HostConfig)
  })

  test('a process above its memory is killed, and OOMKilled says so [24.09]', async () => {
    const HostConfig = { Memory: 16 * MB, MemorySwap: 16 * MB }
    const { id, code } = await subject.finish({
      Cmd: ['sh', '-c', 'x=a; while :; do x=$x$x$x; done'],
      HostConfig,
    })
    expect(code).toBe(137)
    expect((await subject.inspect(id)).State).toMatchObject({ OOMKilled: true, ExitCode: 137 })
    const { id: well } = await subject.finish({ Cmd: ['true'], HostConfig })
    expect((await subject.inspect(well)).State.OOMKilled).toBe(false)
  })

  test('memory twice over goes to swap when only memory is said; out of memory can be a wait [24.09]', async () => {
    const id = await subject.start({
      Cmd: LOOP,
      HostConfig: { Memory: 64 * MB, OomKillDisable: true, MemorySwappiness: 0 },
    })
    expect((await subject.inspect(id)).HostConfig).toMatchObject({ MemorySwap: 128 * MB })
    if (!existsSync('/sys/fs/cgroup/memory')) return // cgroup v2 has neither
    const pid = await pidOf(id)
    expect(cgroupValue(pid, 'memory', 'memory.oom_control', '')).toContain('oom_kill_disable 1')
    expect(cgroupValue(pid, 'memory', 'memory.swappiness', '')).toBe('0')
  })

  test('traffic of a disk is throttled [24.10]', async () => {
    const device = ['/dev/loop0', '/dev/vda', '/dev/sda'].find((path) => existsSync(path))
    if (device === undefined) return
    const id = await subject.start({
      Cmd: LOOP,
      HostConfig: {
        BlkioDeviceReadBps: [{ Path: device, Rate: MB }],
        BlkioDeviceWriteIOps: [{ Path: device, Rate: 77 }],
      },
    })
    const pid = await pidOf(id)
    expect(cgroupValue(pid, 'blkio', 'blkio.throttle.read_bps_device', 'io.max')).toMatch(/\b1048576\b/)
    expect(cgroupValue(pid, 'blkio', 'blkio.throttle.write_iops_device', 'io.max')).toMatch(/\b77\b/)
    const none = await subject.create({
      Cmd: ['true'],
      HostConfig: { BlkioDeviceReadBps: [{ Path: '/dev/nosuch', Rate: MB }] },
    })
    expectError(await api.post(`/containers/${none}/start`), [400, 500], /^stat \/dev\/nosuch: no such file/)
  })

  test('what the kernel cannot hold is said in the answer, in Docker’s words [24.10]', async () => {
    const warnings = async (HostConfig: object) => {
      const answer = await create(HostConfig)
      expect(answer.status, answer.text).toBe(201)
      return answer.json<{ Warnings: string[] | null }>().Warnings ?? []
    }
    expect(await warnings({ Memory: 64 * MB })).toEqual([])
    expect(await warnings({ CpuPercent: 5 })).toEqual([
      'linux does not support CPU percent. Percent discarded.',
    ])
    expect(await warnings({ OomKillDisable: true })).toHaveLength(1)
    if (!existsSync('/sys/fs/cgroup/blkio/blkio.weight') && existsSync('/sys/fs/cgroup/blkio')) {
      expect(await warnings({ BlkioWeight: 500 })).toEqual([
        'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
      ])
    }
  })

  test.each([
    [{ Memory: MB }, 'Minimum memory limit allowed is 6MB'],
    [
      { Memory: 64 * MB, MemorySwap: 32 * MB },
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    ],
    [
      { MemorySwap: 64 * MB },
      'You should always set the Memory limit when using Memoryswap limit, see usage',
    ],
    [{ MemorySwappiness: 101 }, 'Invalid value: 101, valid memory swappiness range is 0-100'],
    [{ MemoryReservation: MB }, 'Minimum memory reservation allowed is 6MB'],
    [
      { Memory: 64 * MB, MemoryReservation: 65 * MB },
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ],
    [{ NanoCpus: 1e9, CpuPeriod: 1e5 }, 'Conflicting options: Nano CPUs and CPU Period cannot both be set'],
    [{ NanoCpus: 1e9, CpuQuota: 1e5 }, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    [{ NanoCpus: 5000e9 }, /^Range of CPUs is from 0\.01 to \d+\.00, as there are only \d+ CPUs available$/],
    [
      { CpuPeriod: 5 },
      'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    ],
    [{ CpuQuota: 5 }, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
    [{ CpusetCpus: '4999' }, /^Requested CPUs are not available - requested 4999, available: /],
    [{ CpusetCpus: 'x' }, 'Invalid value x for cpuset cpus: invalid format: x'],
    [{ CpusetMems: '999' }, /^Requested memory nodes are not available - requested 999, available: /],
    [{ ShmSize: -1 }, 'SHM size can not be less than 0'],
    [{ OomScoreAdj: 1001 }, 'Invalid value 1001, range for oom score adj is [-1000, 1000]'],
    [{ CgroupnsMode: 'x' }, 'invalid cgroup namespace mode: x'],
    [{ CapAdd: ['NOSUCH'] }, 'invalid CapAdd: unknown capability: "CAP_NOSUCH"'],
    [{ CapDrop: ['CAP_NOSUCH'] }, 'invalid CapDrop: unknown capability: "CAP_NOSUCH"'],
    [{ IpcMode: 'container:nobody' }, 'No such container: nobody'],
    [{ PidMode: 'container:nobody' }, 'No such container: nobody'],
    [{ VolumesFrom: ['nobody'] }, 'No such container: nobody'],
    [{ ExtraHosts: ['bad'] }, 'bad format for add-host: "bad"'],
  ])('%o is refused before anything is made [24.08]', async (HostConfig, message) => {
    expectError(await create(HostConfig), 400, message)
    expect((await api.get('/containers/json?all=1')).json()).toEqual([])
  })

  test('an unlimited quota is none [24.08]', async () => {
    const id = await subject.start({ Cmd: LOOP, HostConfig: { CpuQuota: -1, PidsLimit: -1 } })
    expect(cgroupValue(await pidOf(id), 'pids', 'pids.max', 'pids.max')).toBe('max')
  })

  test('ulimits, sysctls and oom_score_adj reach the process [24.08]', async () => {
    const { log } = await subject.finish({
      Cmd: ['sh', '-c', 'ulimit -Sn; ulimit -Hn; cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj'],
      HostConfig: {
        Ulimits: [{ Name: 'nofile', Soft: 64, Hard: 128 }],
        Sysctls: { 'kernel.msgmax': '4242' },
        OomScoreAdj: 500,
      },
    })
    expect(streamText(log, 1)).toBe('64\n128\n4242\n500\n')
  })
})
