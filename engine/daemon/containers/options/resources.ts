/**
 * Limits of a container: what cannot be is refused, what this kernel cannot hold is left out with a warning. The
 * words are Docker's (daemon_unix.go), since people search for them.
 */
import type { HostConfig } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { Abilities } from '../../../runtime/abilities.ts'
import { cpusetIsIn, parseCpuset } from './cpuset.ts'

const MINIMUM_MEMORY = 6 * 1024 * 1024
const MISSING = 'or the cgroup is not mounted.'

/** The limits of a host config: what an update can change, and what only a create can. */
export type Resources = Pick<
  HostConfig,
  | 'Memory'
  | 'MemorySwap'
  | 'MemoryReservation'
  | 'MemorySwappiness'
  | 'OomKillDisable'
  | 'PidsLimit'
  | 'NanoCpus'
  | 'CpuShares'
  | 'CpuPeriod'
  | 'CpuQuota'
  | 'CpuRealtimePeriod'
  | 'CpuRealtimeRuntime'
  | 'CpusetCpus'
  | 'CpusetMems'
  | 'CpuPercent'
  | 'BlkioWeight'
  | 'BlkioWeightDevice'
  | 'BlkioDeviceReadBps'
  | 'BlkioDeviceWriteBps'
  | 'BlkioDeviceReadIOps'
  | 'BlkioDeviceWriteIOps'
  | 'IOMaximumIOps'
  | 'IOMaximumBandwidth'
  | 'KernelMemory'
  | 'KernelMemoryTCP'
>

/** What is left of the limits, and what is said about the rest. */
export interface Checked {
  readonly resources: Partial<Resources>
  readonly warnings: readonly string[]
}

/** Throws `invalid`. `update` is laxer about swap without memory: the memory may be set already. */
export function checkResources(asked: Partial<Resources>, can: Abilities, update: boolean): Checked {
  const warnings: string[] = []
  let left: Partial<Resources> = asked
  const drop = (warning: string, without: Partial<Resources>) => {
    warnings.push(warning)
    left = { ...left, ...without }
  }
  memory(() => left, can, update, drop)
  cpu(() => left, can, drop)
  blockIo(() => left, can, drop)
  return { resources: left, warnings }
}

type Drop = (warning: string, without: Partial<Resources>) => void

function fail(message: string): EngineError {
  return new EngineError('invalid', message)
}

function memory(left: () => Partial<Resources>, can: Abilities, update: boolean, drop: Drop): void {
  const { Memory = 0, MemorySwappiness, MemoryReservation = 0, OomKillDisable, PidsLimit } = left()
  if (Memory !== 0 && Memory < MINIMUM_MEMORY) throw fail('Minimum memory limit allowed is 6MB')
  if (Memory > 0 && !can.memory) {
    drop(`Your kernel does not support memory limit capabilities ${MISSING} Limitation discarded.`, {
      Memory: 0,
      MemorySwap: -1,
    })
  }
  if ((left().Memory ?? 0) > 0 && left().MemorySwap !== -1 && !can.swap) {
    drop(`Your kernel does not support swap limit capabilities ${MISSING} Memory limited without swap.`, {
      MemorySwap: -1,
    })
  }
  const { Memory: limit = 0, MemorySwap: swap = 0 } = left()
  if (limit > 0 && swap > 0 && swap < limit) {
    throw fail('Minimum memoryswap limit should be larger than memory limit, see usage')
  }
  if (limit === 0 && swap > 0 && !update) {
    throw fail('You should always set the Memory limit when using Memoryswap limit, see usage')
  }
  if (typeof MemorySwappiness === 'number' && MemorySwappiness !== -1) {
    if (MemorySwappiness < 0 || MemorySwappiness > 100) {
      throw fail(`Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`)
    }
    if (!can.swappiness) {
      drop(
        `Your kernel does not support memory swappiness capabilities ${MISSING} Memory swappiness discarded.`,
        {
          MemorySwappiness: null,
        },
      )
    }
  }
  if (MemoryReservation > 0 && !can.reservation) {
    drop(`Your kernel does not support memory soft limit capabilities ${MISSING} Limitation discarded.`, {
      MemoryReservation: 0,
    })
  }
  if (MemoryReservation > 0 && MemoryReservation < MINIMUM_MEMORY) {
    throw fail('Minimum memory reservation allowed is 6MB')
  }
  if (limit > 0 && MemoryReservation > limit) {
    throw fail('Minimum memory limit can not be less than memory reservation limit, see usage')
  }
  if (left().KernelMemory || left().KernelMemoryTCP) {
    drop(`Your kernel does not support kernel memory limit capabilities ${MISSING} Limitation discarded.`, {
      KernelMemory: 0,
      KernelMemoryTCP: 0,
    })
  }
  if (OomKillDisable === true && !can.oomKillDisable) {
    drop('Your kernel does not support OomKillDisable. OomKillDisable discarded.', { OomKillDisable: null })
  } else if (OomKillDisable === true && limit === 0) {
    drop(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
      {},
    )
  }
  if (typeof PidsLimit === 'number' && PidsLimit > 0 && !can.pids) {
    drop(`Your kernel does not support PIDs limit capabilities ${MISSING} PIDs limit discarded.`, {
      PidsLimit: null,
    })
  }
}

function cpu(left: () => Partial<Resources>, can: Abilities, drop: Drop): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, CpuShares = 0, CpuPercent = 0 } = left()
  const { CpusetCpus = '', CpusetMems = '' } = left()
  if (NanoCpus > 0 && CpuPeriod > 0) {
    throw fail('Conflicting options: Nano CPUs and CPU Period cannot both be set')
  }
  if (NanoCpus > 0 && CpuQuota > 0) {
    throw fail('Conflicting options: Nano CPUs and CPU Quota cannot both be set')
  }
  if (NanoCpus > 0 && !can.cpuQuota) {
    throw fail(
      'NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted',
    )
  }
  if (NanoCpus < 0 || NanoCpus > can.cpuCount * 1e9) {
    const { cpuCount } = can
    throw fail(`Range of CPUs is from 0.01 to ${cpuCount}.00, as there are only ${cpuCount} CPUs available`)
  }
  if (CpuShares > 0 && !can.cpuShares) {
    drop(`Your kernel does not support CPU shares ${MISSING} Shares discarded.`, { CpuShares: 0 })
  }
  if ((CpuPeriod !== 0 || CpuQuota !== 0) && !can.cpuQuota) {
    drop('Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.', {
      CpuPeriod: 0,
      CpuQuota: 0,
    })
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000)) {
    throw fail('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)')
  }
  if (CpuQuota > 0 && CpuQuota < 1000) throw fail('CPU cfs quota can not be less than 1ms (i.e. 1000)')
  if (CpuPercent > 0) {
    drop('linux does not support CPU percent. Percent discarded.', { CpuPercent: 0 })
  }
  if ((left().CpuRealtimePeriod || left().CpuRealtimeRuntime) && !can.cpuRealtime) {
    throw fail('Your kernel does not support CPU real-time scheduler')
  }
  if ((CpusetCpus !== '' || CpusetMems !== '') && !can.cpuset) {
    drop(`Your kernel does not support cpuset ${MISSING} Cpuset discarded.`, {
      CpusetCpus: '',
      CpusetMems: '',
    })
    return
  }
  if (!cpusetIsIn(parseCpuset(CpusetCpus, 'cpus'), can.cpus)) {
    throw fail(`Requested CPUs are not available - requested ${CpusetCpus}, available: ${can.cpus}`)
  }
  if (!cpusetIsIn(parseCpuset(CpusetMems, 'mems'), can.memoryNodes)) {
    throw fail(
      `Requested memory nodes are not available - requested ${CpusetMems}, available: ${can.memoryNodes}`,
    )
  }
}

function blockIo(left: () => Partial<Resources>, can: Abilities, drop: Drop): void {
  const { BlkioWeight = 0, IOMaximumIOps = 0, IOMaximumBandwidth = 0 } = left()
  if (BlkioWeight > 0 && !can.blkioWeight) {
    drop(`Your kernel does not support Block I/O weight ${MISSING} Weight discarded.`, { BlkioWeight: 0 })
  } else if (BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000)) {
    throw fail('Range of blkio weight is from 10 to 1000')
  }
  if (IOMaximumBandwidth > 0) {
    throw fail('Invalid QoS settings: linux does not support configuration of maximum bandwidth')
  }
  if (IOMaximumIOps > 0) {
    throw fail('Invalid QoS settings: linux does not support configuration of maximum IOPs')
  }
  const some = (list: readonly unknown[] | null | undefined) => (list?.length ?? 0) > 0
  if (some(left().BlkioWeightDevice) && !can.blkioWeightDevice) {
    drop(`Your kernel does not support Block I/O weight_device ${MISSING} Weight-device discarded.`, {
      BlkioWeightDevice: [],
    })
  }
  for (const [field, what] of THROTTLES) {
    if (!some(left()[field]) || can.blkioThrottle) continue
    const [kind, way] = what
    const block = kind === 'BPS' ? 'BPS Block I/O' : 'IOPS Block'
    const discarded = `Block I/O ${kind} ${way} limit discarded.`
    drop(`Your kernel does not support ${block} ${way} limit ${MISSING} ${discarded}`, { [field]: [] })
  }
}

const THROTTLES = [
  ['BlkioDeviceReadBps', ['BPS', 'read']],
  ['BlkioDeviceWriteBps', ['BPS', 'write']],
  ['BlkioDeviceReadIOps', ['IOPS', 'read']],
  ['BlkioDeviceWriteIOps', ['IOPS', 'write']],
] as const
