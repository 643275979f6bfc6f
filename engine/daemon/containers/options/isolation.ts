/** Namespaces, kernel settings and devices that a create request names: checked before anything is made. */
import type { HostConfig } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { DeviceRule } from '../../../runtime/runtime.ts'

/** Settings of the kernel that an IPC namespace has of its own (runc, "sysctl"). */
const IPC_SYSCTLS = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]

function fail(message: string): EngineError {
  return new EngineError('invalid', message)
}

/**
 * The modes with names of containers replaced by ids, so that a rename changes nothing. `idOf` throws for an
 * unknown one. Throws `invalid` for modes that are none.
 */
export function namespaceModes(
  host: HostConfig,
  idOf: (container: string) => string,
): Pick<HostConfig, 'IpcMode' | 'PidMode' | 'UTSMode' | 'CgroupnsMode' | 'UsernsMode'> {
  const shared = (mode: string, plain: readonly string[], what: string) => {
    if (plain.includes(mode)) return mode
    const name = /^container:(.+)$/.exec(mode)?.[1]
    if (name === undefined) throw fail(`Invalid ${what} mode: ${mode}`)
    return `container:${idOf(name)}`
  }
  if (!['', 'host'].includes(host.UTSMode)) throw fail(`Invalid UTS mode: ${host.UTSMode}`)
  if (!['', 'host'].includes(host.UsernsMode)) throw fail(`invalid user namespace mode: ${host.UsernsMode}`)
  if (!['private', 'host'].includes(host.CgroupnsMode)) {
    throw fail(`invalid cgroup namespace mode: ${host.CgroupnsMode}`)
  }
  if (!['', 'default'].includes(host.Isolation)) {
    throw fail(`Invalid isolation: "${host.Isolation}" - linux only supports 'default'`)
  }
  return {
    IpcMode: shared(host.IpcMode, ['none', 'private', 'shareable', 'host'], 'IPC'),
    PidMode: shared(host.PidMode, ['', 'host'], 'PID'),
    UTSMode: host.UTSMode,
    CgroupnsMode: host.CgroupnsMode,
    UsernsMode: host.UsernsMode,
  }
}

/** Throws `invalid` for settings that would change the host rather than the container. */
export function checkSysctls(
  host: Pick<HostConfig, 'Sysctls' | 'NetworkMode' | 'IpcMode' | 'UTSMode'>,
): void {
  for (const name of Object.keys(host.Sysctls ?? {})) {
    const dotted = name.replaceAll('/', '.')
    if (IPC_SYSCTLS.includes(dotted) || dotted.startsWith('fs.mqueue.')) {
      if (host.IpcMode === 'host') throw fail(`sysctl "${name}" not allowed in host ipc namespace`)
      continue
    }
    if (dotted.startsWith('net.')) {
      if (host.NetworkMode === 'host') throw fail(`sysctl "${name}" not allowed in host network namespace`)
      continue
    }
    if (dotted === 'kernel.domainname' || dotted === 'kernel.hostname') {
      if (host.UTSMode === 'host') throw fail(`sysctl "${name}" not allowed in host uts namespace`)
      continue
    }
    throw fail(`sysctl "${name}" is not in a separate kernel namespace`)
  }
}

/** `c 1:3 rwm` and the like. Throws `invalid` in Docker's words. */
export function parseDeviceRule(text: string): DeviceRule {
  const match = /^([acb]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$/.exec(text)
  if (!match) throw fail(`invalid device cgroup rule format: '${text}'`)
  const [, type, major, minor, access = 'rwm'] = match
  return {
    type: type as DeviceRule['type'],
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  }
}

/** Throws `invalid` for permissions that are none, and for requests of devices that need a driver. */
export function checkDevices(
  host: Pick<HostConfig, 'Devices' | 'DeviceRequests' | 'DeviceCgroupRules'>,
): void {
  for (const { PathOnHost, CgroupPermissions } of host.Devices ?? []) {
    if (!/^[rwm]{0,3}$/.test(CgroupPermissions ?? '')) {
      throw fail(`invalid device permissions "${CgroupPermissions}" for ${PathOnHost}: use r, w and m`)
    }
  }
  for (const { Driver = '', Capabilities } of host.DeviceRequests ?? []) {
    const wanted = (Capabilities ?? []).map((set) => `[${set.join(' ')}]`).join(' ')
    throw fail(`could not select device driver "${Driver}" with capabilities: [${wanted}]`)
  }
  for (const rule of host.DeviceCgroupRules ?? []) parseDeviceRule(rule)
}
