/** Limits in the cgroup's own words. */
import type { ResourceSettings } from '../runtime.ts'
import type { OciDeviceRule, OciResources } from './oci-spec.ts'

/** Microseconds; what Docker uses when only a share of CPUs is asked for. */
const CPU_PERIOD = 100_000
const NANOS_PER_CPU = 1_000_000_000

/** The OCI form of `settings`. */
export function resources(settings: ResourceSettings, devices: readonly OciDeviceRule[]): OciResources {
  const cpu = {
    ...optional('shares', settings.cpuShares),
    ...(settings.nanoCpus
      ? { period: CPU_PERIOD, quota: Math.round((settings.nanoCpus * CPU_PERIOD) / NANOS_PER_CPU) }
      : { ...optional('quota', settings.cpuQuota), ...optional('period', settings.cpuPeriod) }),
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
  }
  return {
    devices,
    ...(Object.keys(memory).length > 0 ? { memory } : {}),
    ...(Object.keys(cpu).length > 0 ? { cpu } : {}),
    ...(settings.pidsLimit ? { pids: { limit: settings.pidsLimit } } : {}),
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value ? { [key]: value } : {}) as Partial<Record<K, V>>
}
