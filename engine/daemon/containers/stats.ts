/** Usage of a container, once or once a second while a client listens. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BlkioEntry, ContainerStats, CpuStats, NetworkStats } from '../../api/stats.ts'
import type { DiskCount, Usage } from '../../runtime/runtime.ts'
import { NEVER, rfc3339OfDate } from '../clock.ts'
import type { Container } from './container.ts'
import { isUp } from './lifecycle.ts'
import type { Parts } from './parts.ts'

const INTERVAL_MS = 1000

/** Samples until the client goes away or the container is removed. One of a container that does not run is empty. */
export async function* containerStats(
  parts: Parts,
  container: Container,
  options: { readonly stream: boolean; readonly oneShot: boolean },
  signal: AbortSignal,
): AsyncGenerator<ContainerStats> {
  let before: Usage | null = null
  // Without streaming a rate needs two samples, unless the client says that it makes its own.
  if (!options.stream && !options.oneShot && container.up) {
    before = await sample(parts, container)
    if (!(await pause(signal))) return
  }
  for (;;) {
    const now: Usage | null = await sample(parts, container)
    yield wireStats(container, now, before, await networks(parts, container))
    before = now
    if (!options.stream || container.phase === 'gone') return
    if (!(await pause(signal))) return
  }
}

/** False when the client went away. */
async function pause(signal: AbortSignal): Promise<boolean> {
  return sleep(INTERVAL_MS, true, { signal }).catch(() => false)
}

/** Null when it does not run, or ends just now. */
async function sample(parts: Parts, container: Container): Promise<Usage | null> {
  if (!container.up) return null
  try {
    return await parts.runtime.usage(container.id)
  } catch (error) {
    if (!container.up) return null
    throw error
  }
}

async function networks(parts: Parts, container: Container): Promise<Record<string, NetworkStats> | null> {
  const { life, sandbox } = container.standing
  if (!sandbox || !isUp(life)) return null
  const counters = await parts.networks.counters(life.pid).catch(() => ({})) // it ends just now
  return Object.fromEntries(
    Object.entries(counters)
      .filter(([name]) => name !== 'lo')
      .map(([name, counters]) => [
        name,
        {
          rx_bytes: counters.rxBytes,
          rx_packets: counters.rxPackets,
          rx_errors: counters.rxErrors,
          rx_dropped: counters.rxDropped,
          tx_bytes: counters.txBytes,
          tx_packets: counters.txPackets,
          tx_errors: counters.txErrors,
          tx_dropped: counters.txDropped,
        },
      ]),
  )
}

/** Docker's JSON of a sample and the one before it. Pure. */
export function wireStats(
  container: Pick<Container, 'id' | 'name'>,
  now: Usage | null,
  before: Usage | null,
  networkStats: Readonly<Record<string, NetworkStats>> | null,
): ContainerStats {
  const disk = (counts: readonly DiskCount[] | undefined): readonly BlkioEntry[] | null =>
    counts?.map(({ major, minor, operation, value }) => ({ major, minor, op: operation, value })) ?? null
  const v1 = now && now.percpuNs !== null
  // The kernel has long not said these; on cgroup v1 Docker shows empty lists.
  const unknown = v1 ? [] : null
  return {
    read: now ? rfc3339OfDate(now.at) : NEVER,
    preread: before ? rfc3339OfDate(before.at) : NEVER,
    pids_stats: now ? { current: now.pids, ...(now.pidsLimit > 0 ? { limit: now.pidsLimit } : {}) } : {},
    blkio_stats: {
      io_service_bytes_recursive: disk(now?.diskBytes),
      io_serviced_recursive: v1 ? disk(now.diskOperations) : null,
      io_queue_recursive: unknown,
      io_service_time_recursive: unknown,
      io_wait_time_recursive: unknown,
      io_merged_recursive: unknown,
      io_time_recursive: unknown,
      sectors_recursive: unknown,
    },
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(now),
    precpu_stats: cpu(before),
    memory_stats: now ? memory(now) : {},
    name: `/${container.name}`,
    id: container.id,
    ...(networkStats ? { networks: networkStats } : {}),
  }
}

function memory(usage: Usage): ContainerStats['memory_stats'] {
  return {
    usage: usage.memoryBytes,
    ...(usage.memoryMaxBytes === null ? {} : { max_usage: usage.memoryMaxBytes }),
    stats: usage.memoryStats,
    ...(usage.memoryFailures ? { failcnt: usage.memoryFailures } : {}),
    limit: usage.memoryLimitBytes,
  }
}

function cpu(usage: Usage | null): CpuStats {
  return {
    cpu_usage: {
      total_usage: usage?.cpuTotalNs ?? 0,
      ...(usage?.percpuNs ? { percpu_usage: usage.percpuNs } : {}),
      usage_in_kernelmode: usage?.cpuKernelNs ?? 0,
      usage_in_usermode: usage?.cpuUserNs ?? 0,
    },
    ...(usage ? { system_cpu_usage: usage.systemCpuNs, online_cpus: usage.onlineCpus } : {}),
    throttling_data: {
      periods: usage?.throttled.periods ?? 0,
      throttled_periods: usage?.throttled.exhausted ?? 0,
      throttled_time: usage?.throttled.timeNs ?? 0,
    },
  }
}
