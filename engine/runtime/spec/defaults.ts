/** What every container gets unless it is asked otherwise: mounts, hidden paths and devices, as Docker has them. */
import type { OciDeviceRule, OciMount } from './oci-spec.ts'

/** Files of /proc and /sys that tell about or reach the host; covered unless privileged. */
export const MASKED_PATHS: readonly string[] = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
]

/** Parts of /proc that would change the host. */
export const READONLY_PATHS: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
]

/** What a container's /dev/shm is. */
export type ShmSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'tmpfs'; readonly sizeBytes: number }
  | { readonly kind: 'bind'; readonly path: string }

/** The pseudo filesystems of a container, parents before children. */
export function defaultMounts(options: {
  readonly privileged: boolean
  readonly shm: ShmSource
  /** No cgroup mount is possible inside a user namespace on v1. */
  readonly cgroup: boolean
  /** Namespaces of the host that a user namespace may not mount the file systems of: those are bound as they are. */
  readonly bound: { readonly proc: boolean; readonly mqueue: boolean | 'absent' }
}): OciMount[] {
  const writable = options.privileged ? 'rw' : 'ro'
  const quiet = ['nosuid', 'noexec', 'nodev']
  const mounts: OciMount[] = [
    options.bound.proc
      ? { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind', ...quiet] }
      : { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, writable] },
  ]
  if (options.cgroup) {
    mounts.push({
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [writable, ...quiet],
    })
  }
  // The queues are those of the IPC namespace, whether it is the host's or the container's own.
  const queues = options.bound.mqueue
    ? { type: 'bind', source: '/dev/mqueue', options: ['bind', ...quiet] }
    : { type: 'mqueue', source: 'mqueue', options: quiet }
  if (options.bound.mqueue !== 'absent') mounts.push({ destination: '/dev/mqueue', ...queues })
  if (options.shm.kind === 'bind') {
    const { path } = options.shm
    mounts.push({ destination: '/dev/shm', type: 'bind', source: path, options: ['rbind', ...quiet] })
  } else if (options.shm.kind === 'tmpfs') {
    const size = `size=${options.shm.sizeBytes}`
    mounts.push({
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...quiet, 'mode=1777', size],
    })
  }
  return mounts
}

const character = (major: number, minor: number | undefined): OciDeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor === undefined ? {} : { minor }),
  access: 'rwm',
})

/** Device access: everything may be made with mknod, and only these opened. */
export const DEFAULT_DEVICE_RULES: readonly OciDeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  character(1, 3), // null
  character(1, 5), // zero
  character(1, 7), // full
  character(1, 8), // random
  character(1, 9), // urandom
  character(5, 0), // tty
  character(5, 1), // console
  character(5, 2), // ptmx
  character(136, undefined), // pts/*
]
