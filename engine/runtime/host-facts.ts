/** Facts of the host that specs depend on, read once, and devices looked up in its /dev. */
import { existsSync, readFileSync } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { release } from 'node:os'
import { join, relative } from 'node:path'
import { EngineError } from '../errors.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { deviceNumbers } from './block-devices.ts'
import type { ContainerSettings } from './runtime.ts'
import type { ResolvedDevice, SpecFacts } from './spec/build-spec.ts'
import { parseBoundingSet } from './spec/capabilities.ts'
import { parseHardLimits } from './spec/rlimits.ts'

/** Bit of CAP_SYS_RESOURCE in a capability mask (capability.h). */
const SYS_RESOURCE = 24n

/** What this engine process can give to containers. */
export function hostFacts(rootless: boolean): SpecFacts {
  const status = readFileSync('/proc/self/status', 'utf8')
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  const mayRaise = ((effective >> SYS_RESOURCE) & 1n) === 1n && !rootless
  return {
    boundingSet: parseBoundingSet(status),
    limitCeiling: mayRaise ? new Map() : parseHardLimits(readFileSync('/proc/self/limits', 'utf8')),
    oomScoreFloor: mayRaise ? null : Number(readFileSync('/proc/self/oom_score_adj', 'utf8')),
    arch: process.arch,
    kernel: release(),
    init: nativeHelper(),
    rootless,
    cgroupMount: !rootless,
    hostQueues: existsSync('/dev/mqueue'),
  }
}

/** Looks up the devices that a container is to have. Throws `invalid` for one that is not there. */
export async function resolveDevices(settings: ContainerSettings): Promise<ResolvedDevice[]> {
  const asked = await Promise.all(
    settings.devices.map(async ({ host, container, permissions }) => {
      const devices = await devicesAt(host, container, permissions)
      if (devices.length === 0) {
        throw new EngineError(
          'invalid',
          `error gathering device information while adding custom device "${host}": no such file or directory`,
        )
      }
      return devices
    }),
  )
  return settings.process.privileged ? [...(await hostDevices()), ...asked.flat()] : asked.flat()
}

/** The device at a path, or all of them below a directory, as Docker takes both. */
async function devicesAt(host: string, container: string, permissions: string): Promise<ResolvedDevice[]> {
  const device = await deviceAt(host, container, permissions)
  if (device) return [device]
  const info = await stat(host).catch(() => null)
  if (!info?.isDirectory()) return []
  const below = await hostDevices(host)
  return below.map((each) => ({ ...each, path: join(container, relative(host, each.path)), permissions }))
}

/** The node at `host`, symlinks followed; null when it is no device. */
async function deviceAt(
  host: string,
  container: string,
  permissions: string,
): Promise<ResolvedDevice | null> {
  const info = await stat(host).catch(() => null)
  if (!info || !(info.isCharacterDevice() || info.isBlockDevice())) return null
  return {
    path: container,
    source: host,
    type: info.isBlockDevice() ? 'b' : 'c',
    ...deviceNumbers(info.rdev),
    fileMode: info.mode & 0o777,
    uid: info.uid,
    gid: info.gid,
    permissions,
  }
}

/** Everything in /dev that is a device, but for what belongs to terminals and is made anew in each container. */
async function hostDevices(directory = '/dev'): Promise<ResolvedDevice[]> {
  const skip = new Set(['pts', 'shm', 'fd', 'mqueue', 'console', 'ptmx', 'tty', '.lxc', '.lxd-mounts'])
  const found = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      if (directory === '/dev' && skip.has(name)) return []
      const path = join(directory, name)
      const info = await lstat(path).catch(() => null)
      if (info?.isDirectory()) return hostDevices(path)
      if (!info?.isCharacterDevice() && !info?.isBlockDevice()) return []
      const device = await deviceAt(path, path, 'rwm')
      return device ? [device] : []
    }),
  )
  return found.flat()
}
