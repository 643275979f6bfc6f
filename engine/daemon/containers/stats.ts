/** Usage of a container, once or once a second while a client listens. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerStats, CpuStats, NetworkStats } from '../../api/stats.ts'
import type { Usage } from '../../runtime/runtime.ts'
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
      .map(([name, { rxBytes, rxPackets, txBytes, txPackets }]) => [
        name,
        {
          rx_bytes: rxBytes,
          rx_packets: rxPackets,
          rx_errors: 0,
          rx_dropped: 0,
          tx_bytes: txBytes,
          tx_packets: txPackets,
          tx_errors: 0,
          tx_dropped: 0,
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
  const blkio =
    now === null
      ? null
      : [
          { major: 0, minor: 0, op: 'read', value: now.blkRead },
          { major: 0, minor: 0, op: 'write', value: now.blkWrite },
        ]
  return {
    read: now ? rfc3339OfDate(now.at) : NEVER,
    preread: before ? rfc3339OfDate(before.at) : NEVER,
    pids_stats: now ? { current: now.pids, ...(now.pidsLimit > 0 ? { limit: now.pidsLimit } : {}) } : {},
    blkio_stats: {
      io_service_bytes_recursive: blkio,
      io_serviced_recursive: null,
      io_queue_recursive: null,
      io_service_time_recursive: null,
      io_wait_time_recursive: null,
      io_merged_recursive: null,
      io_time_recursive: null,
      sectors_recursive: null,
    },
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(now),
    precpu_stats: cpu(before),
    memory_stats: now ? { usage: now.memoryBytes, stats: now.memoryStats, limit: now.memoryLimitBytes } : {},
    name: `/${container.name}`,
    id: container.id,
    ...(networkStats ? { networks: networkStats } : {}),
  }
}

function cpu(usage: Usage | null): CpuStats {
  return {
    cpu_usage: {
      total_usage: usage?.cpuTotalNs ?? 0,
      usage_in_kernelmode: usage?.cpuKernelNs ?? 0,
      usage_in_usermode: usage?.cpuUserNs ?? 0,
    },
    ...(usage ? { system_cpu_usage: usage.systemCpuNs, online_cpus: usage.onlineCpus } : {}),
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  }
}
