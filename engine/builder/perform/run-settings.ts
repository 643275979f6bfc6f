/** What a RUN's process is given: as a container of defaults, but for what a build says of itself. */
import type { ContainerSettings, MountSettings, ResourceSettings } from '../../runtime/runtime.ts'
import type { ExecOperation } from '../plan/step.ts'
import type { BuildRequest } from '../request.ts'
import type { PerformerParts, StepNetwork } from './parts.ts'

/** BuildKit's name for it. */
export const BUILD_HOSTNAME = 'buildkitsandbox'
const DEFAULT_SHM_BYTES = 64 * 1024 * 1024

/** Settings for `runtime.runToEnd`. */
export function runSettings(
  { request, runtime }: PerformerParts,
  operation: ExecOperation,
  place: {
    readonly id: string
    readonly rootfs: string
    readonly network: StepNetwork
    readonly mounts: readonly MountSettings[]
    readonly env: readonly string[]
  },
): ContainerSettings {
  const { run } = request
  const privileged = operation.security === 'insecure'
  return {
    id: place.id,
    name: place.id,
    rootfs: place.rootfs,
    readOnlyRootfs: false,
    hostname: BUILD_HOSTNAME,
    unnamedHost: true,
    process: {
      args: operation.args,
      env: place.env,
      cwd: operation.cwd,
      user: operation.user,
      groupAdd: [],
      terminal: false,
      privileged,
      capAdd: [],
      capDrop: [],
      noNewPrivileges: false,
      ulimits: run.ulimits,
    },
    init: false,
    mounts: place.mounts,
    network: place.network.namespace,
    ipc: { kind: 'private' },
    pid: { kind: 'private' },
    uts: place.network.namespace.kind === 'host' ? { kind: 'host' } : { kind: 'private' },
    userns: null,
    cgroup: runtime.identity.cgroup === 'v2' ? { kind: 'private' } : { kind: 'host' },
    ...(run.cgroupParent === '' ? {} : { cgroupParent: run.cgroupParent }),
    resources: limitsOf(run),
    devices: [],
    deviceRules: [],
    annotations: {},
    sysctls: {},
    shmSizeBytes: run.shmBytes || DEFAULT_SHM_BYTES,
    shm: { kind: 'own' },
    seccomp: 'default',
    openStdin: false,
    stdinOnce: false,
    heldFds: [],
    logPath: null,
  }
}

/** In a request zero and the empty string are no limit. */
function limitsOf(run: BuildRequest['run']): ResourceSettings {
  const { memoryBytes, memorySwapBytes, cpuShares, cpuQuota, cpuPeriod, cpusetCpus, cpusetMems } = run
  const limits = { memoryBytes, memorySwapBytes, cpuShares, cpuQuota, cpuPeriod, cpusetCpus, cpusetMems }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => Boolean(value)))
}
