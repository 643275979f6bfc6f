/** Usage counters of a container, from the files of its cgroup. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { type CgroupLayout, controllerDirectory } from '../host/cgroup.ts'
import type { DiskCount, Usage } from './runtime.ts'

/** USER_HZ is 100 on every architecture that Node runs on. */
export const NANOS_PER_TICK = 10_000_000
const NANOS_PER_MICRO = 1000

/** Reads the counters of the group at `path`. Throws `conflict` when the group is gone. */
export async function readUsage(layout: CgroupLayout, path: string): Promise<Usage> {
  const read = async (controller: string, file: string) => {
    const directory = controllerDirectory(layout, controller, path)
    return directory ? await readFile(join(directory, file), 'utf8').catch(() => null) : null
  }
  const v2 = layout.kind === 'v2'
  const [cpu, memory, pids, disk] = await Promise.all([
    v2 ? cpuV2(read) : cpuV1(read),
    v2 ? memoryV2(read) : memoryV1(read),
    Promise.all([read('pids', 'pids.current'), read('pids', 'pids.max')]),
    v2 ? diskV2(read) : diskV1(read),
  ])
  if (!cpu)
    throw new EngineError(
      'conflict',
      `there is no usage to read: the container of cgroup ${path} is not running`,
    )
  return {
    at: new Date(),
    ...cpu,
    ...hostCpu(),
    ...memory,
    pids: Number(pids[0] ?? 0),
    pidsLimit: pids[1] === null || pids[1].startsWith('max') ? 0 : Number(pids[1]),
    ...disk,
  }
}

type Reader = (controller: string, file: string) => Promise<string | null>

async function cpuV1(read: Reader) {
  const [total, stat, each, quota] = await Promise.all([
    read('cpuacct', 'cpuacct.usage'),
    read('cpuacct', 'cpuacct.stat'),
    read('cpuacct', 'cpuacct.usage_percpu'),
    read('cpu', 'cpu.stat'),
  ])
  if (total === null) return null
  const ticks = keyed(stat)
  const periods = keyed(quota)
  return {
    cpuTotalNs: Number(total),
    cpuUserNs: (ticks.user ?? 0) * NANOS_PER_TICK,
    cpuKernelNs: (ticks.system ?? 0) * NANOS_PER_TICK,
    percpuNs: each === null ? null : each.trim().split(/\s+/).map(Number),
    throttled: throttled(periods, periods.throttled_time ?? 0),
  }
}

async function cpuV2(read: Reader) {
  const text = await read('cpu', 'cpu.stat')
  if (text === null) return null
  const micros = keyed(text)
  return {
    cpuTotalNs: (micros.usage_usec ?? 0) * NANOS_PER_MICRO,
    cpuUserNs: (micros.user_usec ?? 0) * NANOS_PER_MICRO,
    cpuKernelNs: (micros.system_usec ?? 0) * NANOS_PER_MICRO,
    percpuNs: null,
    throttled: throttled(micros, (micros.throttled_usec ?? 0) * NANOS_PER_MICRO),
  }
}

function throttled(stat: Readonly<Record<string, number>>, timeNs: number): Usage['throttled'] {
  return { periods: stat.nr_periods ?? 0, exhausted: stat.nr_throttled ?? 0, timeNs }
}

async function memoryV1(read: Reader) {
  const [used, limit, stat, most, failures] = await Promise.all([
    read('memory', 'memory.usage_in_bytes'),
    read('memory', 'memory.limit_in_bytes'),
    read('memory', 'memory.stat'),
    read('memory', 'memory.max_usage_in_bytes'),
    read('memory', 'memory.failcnt'),
  ])
  return {
    memoryBytes: Number(used ?? 0),
    memoryLimitBytes: memoryLimit(limit),
    memoryStats: keyed(stat),
    memoryMaxBytes: most === null ? null : Number(most),
    memoryFailures: failures === null ? null : Number(failures),
  }
}

async function memoryV2(read: Reader) {
  const [used, limit, stat] = await Promise.all([
    read('memory', 'memory.current'),
    read('memory', 'memory.max'),
    read('memory', 'memory.stat'),
  ])
  return {
    memoryBytes: Number(used ?? 0),
    memoryLimitBytes: memoryLimit(limit),
    memoryStats: keyed(stat),
    memoryMaxBytes: null,
    memoryFailures: null,
  }
}

async function diskV1(read: Reader) {
  const either = async (file: string) =>
    (await read('blkio', `blkio.throttle.${file}_recursive`)) ??
    (await read('blkio', `blkio.throttle.${file}`)) ??
    ''
  const [bytes, operations] = await Promise.all([either('io_service_bytes'), either('io_serviced')])
  return { diskBytes: countsV1(bytes), diskOperations: countsV1(operations) }
}

async function diskV2(read: Reader) {
  const text = (await read('io', 'io.stat')) ?? ''
  return {
    diskBytes: countsV2(text, { read: 'rbytes', write: 'wbytes' }),
    diskOperations: countsV2(text, { read: 'rios', write: 'wios' }),
  }
}

/** `8:0 Read 4096` lines; the last line, a sum over all devices, has no device. Pure. */
export function countsV1(text: string): readonly DiskCount[] {
  return [...text.matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)].map(([, major, minor, operation = '', value]) => ({
    major: Number(major),
    minor: Number(minor),
    operation,
    value: Number(value),
  }))
}

/** `8:0 rbytes=4096 wbytes=0 ...` lines. Pure. */
export function countsV2(text: string, keys: Readonly<Record<string, string>>): readonly DiskCount[] {
  return [...text.matchAll(/^(\d+):(\d+) (.*)$/gm)].flatMap(([, major, minor, rest = '']) =>
    Object.entries(keys).map(([operation, key]) => ({
      major: Number(major),
      minor: Number(minor),
      operation,
      value: Number(new RegExp(`\\b${key}=(\\d+)`).exec(rest)?.[1] ?? 0),
    })),
  )
}

/** No limit, or one above the machine's memory, is the machine's memory. */
function memoryLimit(text: string | null): number {
  const total = hostMemoryBytes()
  const limit = Number(text?.trim())
  return Number.isFinite(limit) && limit > 0 && limit < total ? limit : total
}

/** The machine's memory. */
export function hostMemoryBytes(): number {
  return Number(/^MemTotal:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024
}

/** All CPUs' time together, and how many there are: what percentages are made from. */
export function hostCpu(): { systemCpuNs: number; onlineCpus: number } {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n')
  // user nice system idle iowait irq softirq steal; guest times are in user already.
  const ticks = (lines[0] ?? '').trim().split(/\s+/).slice(1, 9)
  return {
    systemCpuNs: ticks.reduce((sum, value) => sum + Number(value), 0) * NANOS_PER_TICK,
    onlineCpus: lines.filter((line) => /^cpu\d/.test(line)).length,
  }
}

/** `name value` lines. */
function keyed(text: string | null): Record<string, number> {
  const values: Record<string, number> = {}
  for (const line of (text ?? '').split('\n')) {
    const [key, value] = line.split(' ')
    if (key && value) values[key] = Number(value)
  }
  return values
}
