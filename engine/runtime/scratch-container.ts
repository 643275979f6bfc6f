/** For tests: a small root filesystem of busybox, and settings that run in it. */

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../host/native-parts.ts'
import type { ContainerSettings, ProcessSettings } from './runtime.ts'

const APPLETS = [
  'sh',
  'true',
  'cat',
  'echo',
  'head',
  'id',
  'kill',
  'mkdir',
  'mount',
  'pwd',
  'sleep',
  'stty',
  'unshare',
  'wc',
]

/** True where these tests can run: as root with crun or runc, conmon and a static busybox. */
export function canRunContainers(): boolean {
  return (
    process.getuid?.() === 0 &&
    ['busybox', 'conmon'].every((name) => findProgram(name)) &&
    ['crun', 'runc'].some((name) => findProgram(name) !== null)
  )
}

/** A root filesystem in `directory`. */
export function makeRootfs(directory: string): string {
  mkdirSync(join(directory, 'bin'), { recursive: true })
  mkdirSync(join(directory, 'etc'))
  copyFileSync(findProgram('busybox') ?? '', join(directory, 'bin/busybox'))
  for (const applet of APPLETS) symlinkSync('busybox', join(directory, 'bin', applet))
  writeFileSync(
    join(directory, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n',
  )
  writeFileSync(join(directory, 'etc/group'), 'root:x:0:\napp:x:1001:\nextra:x:2000:app\n')
  writeFileSync(join(directory, 'etc/plain'), 'no program\n', { mode: 0o644 })
  return directory
}

/** Settings as the daemon makes them for `docker run`, with what a test wants otherwise. */
export function settingsFor(
  id: string,
  rootfs: string,
  process: Partial<ProcessSettings>,
  more: Partial<ContainerSettings> = {},
): ContainerSettings {
  return {
    id,
    name: id,
    rootfs,
    readOnlyRootfs: false,
    hostname: 'scratch',
    process: processFor(process),
    init: false,
    mounts: [],
    network: { kind: 'private' },
    ipc: { kind: 'private' },
    pid: { kind: 'private' },
    uts: { kind: 'private' },
    userns: null,
    cgroup: { kind: 'host' },
    resources: {},
    devices: [],
    deviceRules: [],
    annotations: {},
    sysctls: {},
    shmSizeBytes: 64 * 1024 * 1024,
    shm: { kind: 'own' },
    seccomp: 'default',
    openStdin: false,
    stdinOnce: false,
    heldFds: [],
    logPath: join(rootfs, `../${id}.log`),
    ...more,
  }
}

/** A process of defaults. */
export function processFor(process: Partial<ProcessSettings>): ProcessSettings {
  return {
    args: ['true'],
    env: [],
    cwd: '/',
    user: '',
    groupAdd: [],
    terminal: false,
    privileged: false,
    capAdd: [],
    capDrop: [],
    noNewPrivileges: false,
    ulimits: [],
    ...process,
  }
}
