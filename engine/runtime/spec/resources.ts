/** Limits in the cgroup's own words. */
import type { ResourceSettings } from '../runtime.ts'
import type { OciBlockIo, OciDeviceRule, OciResources } from './oci-spec.ts'

/** Microseconds; what Docker uses when only a share of CPUs is asked for. */
const CPU_PERIOD = 100_000
const NANOS_PER_CPU = 1_000_000_000

/** The OCI form of `settings`. Block devices have been looked up. */
export function resources(
  settings: ResourceSettings,
  devices: readonly OciDeviceRule[],
  blockIo: OciBlockIo = {},
): OciResources {
  return { devices, ...limits(settings, blockIo) }
}

/** The same without device rules: what can be changed while a container runs. */
export function limits(settings: ResourceSettings, blockIo: OciBlockIo = {}): Omit<OciResources, 'devices'> {
  const cpu = {
    ...optional('shares', settings.cpuShares),
    ...(settings.nanoCpus
      ? { period: CPU_PERIOD, quota: Math.round((settings.nanoCpus * CPU_PERIOD) / NANOS_PER_CPU) }
      : {
          // Below zero is no limit, which a new group has anyway and crun 1.8 cannot write.
          ...((settings.cpuQuota ?? 0) > 0 ? { quota: settings.cpuQuota } : {}),
          ...optional('period', settings.cpuPeriod),
        }),
    ...optional('realtimePeriod', settings.cpuRealtimePeriod),
    ...optional('realtimeRuntime', settings.cpuRealtimeRuntime),
    ...optional('cpus', settings.cpusetCpus),
    ...optional('mems', settings.cpusetMems),
  }
  const memory = {
    ...optional('limit', settings.memoryBytes),
    ...optional('reservation', settings.memoryReservationBytes),
    // As Docker: swap as large as the limit again, when only the limit is given.
    ...optional(
      'swap',
      settings.memorySwapBytes || (settings.memoryBytes ? settings.memoryBytes * 2 : undefined),
    ),
    // Zero is a wish of its own: never swap.
    ...(settings.memorySwappiness === undefined ? {} : { swappiness: settings.memorySwappiness }),
    ...optional('disableOOMKiller', settings.oomKillDisable),
  }
  return {
    ...(Object.keys(memory).length > 0 ? { memory } : {}),
    ...(Object.keys(cpu).length > 0 ? { cpu } : {}),
    ...((settings.pidsLimit ?? 0) > 0 ? { pids: { limit: settings.pidsLimit as number } } : {}),
    ...(Object.keys(blockIo).length > 0 ? { blockIO: blockIo } : {}),
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value ? { [key]: value } : {}) as Partial<Record<K, V>>
}
