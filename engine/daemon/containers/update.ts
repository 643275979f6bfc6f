/** Changing a container's limits and restart policy, whether it runs or not (daemon/update.go in Docker). */
import type { ContainerUpdateRequest, ContainerUpdateResponse, HostConfig } from '../../api/container.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import type { Container } from './container.ts'
import { checkResources, type Resources } from './options/resources.ts'
import { checkRestartPolicy } from './options/restart.ts'
import type { Parts } from './parts.ts'
import { cancelRestart, wantsRestart } from './restart-policy.ts'
import { resourceSettings } from './settings.ts'

/** What an update can change; the rest of a request is not looked at, as in Docker. */
const CHANGEABLE = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpusetCpus',
  'CpusetMems',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'PidsLimit',
] as const

/** Throws `invalid` for what cannot be, `conflict` for what does not go together with what is set. */
export function updateContainer(
  parts: Parts,
  container: Container,
  request: ContainerUpdateRequest,
): Promise<ContainerUpdateResponse> {
  const { resources, warnings } = checkResources(request, parts.runtime.abilities, true)
  if (request.RestartPolicy?.Name) {
    const { Name, MaximumRetryCount = 0 } = request.RestartPolicy
    checkRestartPolicy({ Name, MaximumRetryCount })
  }
  return container.queue.run(async () => {
    if (container.phase === 'gone') throw new EngineError('not-found', `No such container: ${container.id}`)
    try {
      await apply(parts, container, { ...request, ...resources })
    } catch (error) {
      if (!isEngineError(error)) throw error
      throw new EngineError(error.kind, `Cannot update container ${container.id}: ${error.message}`, {
        cause: error,
      })
    }
    parts.journal.emit('container', 'update', container.id, container.attributes())
    return { Warnings: warnings.length > 0 ? warnings : null }
  })
}

async function apply(parts: Parts, container: Container, request: ContainerUpdateRequest): Promise<void> {
  const host = updatedHost(container.definition.host, request)
  // Ask the kernel first: what it refuses is not recorded.
  if (container.up) await parts.runtime.update(container.id, changedLimits(host, request))
  container.definition = { ...container.definition, host }
  parts.records.redefine(container.definition)
  const { life, restarts, stoppedByHand } = container.standing
  if (life.kind !== 'restarting') return
  const end = { code: life.code, restarts: restarts - 1, stoppedByHand }
  if (!wantsRestart(host.RestartPolicy, end, false)) cancelRestart(parts, container)
}

/** The host config after an update. Pure. Throws `conflict` in Docker's words. */
export function updatedHost(host: HostConfig, request: ContainerUpdateRequest): HostConfig {
  const conflict = (message: string) => new EngineError('conflict', message)
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, Memory = 0, MemorySwap = 0 } = request
  const blocked = (what: string, by: string) =>
    conflict(`Conflicting options: ${what} cannot be updated as ${by} has already been set`)
  if (NanoCpus > 0 && host.CpuPeriod > 0) throw blocked('Nano CPUs', 'CPU Period')
  if (NanoCpus > 0 && host.CpuQuota > 0) throw blocked('Nano CPUs', 'CPU Quota')
  if (CpuPeriod > 0 && host.NanoCpus > 0) throw blocked('CPU Period', 'NanoCPUs')
  if (CpuQuota > 0 && host.NanoCpus > 0) throw blocked('CPU Quota', 'NanoCPUs')
  // Docker refuses also where swap is unlimited, by an accident of numbers.
  if (Memory > 0 && MemorySwap === 0 && host.MemorySwap >= 0 && Memory > host.MemorySwap) {
    throw conflict(
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    )
  }
  const policy = request.RestartPolicy
  if (host.AutoRemove && policy?.Name && policy.Name !== 'no') {
    throw conflict('Restart policy cannot be updated because AutoRemove is enabled for the container')
  }
  return {
    ...host,
    ...changes(request),
    ...(policy?.Name
      ? { RestartPolicy: { Name: policy.Name, MaximumRetryCount: policy.MaximumRetryCount ?? 0 } }
      : {}),
  }
}

/** What a request says: zero and the empty string are "leave it", but for the number of processes. */
function changes(request: ContainerUpdateRequest): Partial<Resources> {
  return Object.fromEntries(
    CHANGEABLE.flatMap((name) => {
      const value = request[name]
      const said = name === 'PidsLimit' ? typeof value === 'number' : Boolean(value)
      return said ? [[name, value]] : []
    }),
  )
}

/** Limits for the running container: only those that change, and memory with its swap, which depend on each other. */
function changedLimits(host: HostConfig, request: ContainerUpdateRequest) {
  const said = changes(request)
  const memory = said.Memory || said.MemorySwap ? { Memory: host.Memory, MemorySwap: host.MemorySwap } : {}
  const settings = resourceSettings({ ...NOTHING, ...said, ...memory } as HostConfig)
  const unlimited = typeof said.PidsLimit === 'number' && said.PidsLimit <= 0
  return { ...settings, ...(unlimited ? { pidsLimit: -1 } : {}) }
}

const NOTHING = { MemorySwappiness: null, PidsLimit: null }
