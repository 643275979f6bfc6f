/**
 * Further processes in a running container by the engine's own helper (host/attach/join.c), which joins the container
 * and supervises in one small program: an OCI runtime and a conmon for each exec cost five times as much.
 * It does what crun's `exec` does for the same process, step for step (join.test.ts compares them), and what it does
 * not know is left to crun.
 */
import type { Duplex } from 'node:stream'
import { type CgroupLayout, cgroupDirectories } from '../host/cgroup.ts'
import { identify, killGroup } from '../host/process.ts'
import { spawn } from '../host/spawn.ts'
import { attachmentOf } from './attachment.ts'
import type { BundleRecord } from './bundle.ts'
import { startFailure } from './failure.ts'
import type { ExecProcess } from './runtime.ts'
import { capabilityMask } from './spec/capabilities.ts'
import type { OciProcess, OciSpec } from './spec/oci-spec.ts'
import { UNLIMITED } from './spec/rlimits.ts'
import { conmonEnvironment, SyncReader } from './supervisor.ts'

/** Everything of a process that the helper sets. One that has more (a security label) is for crun. */
const KNOWN: ReadonlySet<string> = new Set([
  'terminal',
  'consoleSize',
  'user',
  'args',
  'env',
  'cwd',
  'capabilities',
  'rlimits',
  'noNewPrivileges',
  'oomScoreAdj',
] satisfies (keyof OciProcess)[])

/** Resource limits in the order of their numbers (asm-generic/resource.h). */
const RLIMITS =
  'CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME'.split(
    ' ',
  )
const INFINITY = '18446744073709551615'
/** The helper's answer when nothing was done and crun had better try. */
const UNSUPPORTED = -2

/** What of a container the helper must know beside its process; null when its execs are crun's. */
export function joining(spec: OciSpec): { readonly seccomp: boolean } | null {
  const known = Object.keys(spec.process).every((key) => KNOWN.has(key))
  const userNamespace = spec.linux.namespaces.some(({ type }) => type === 'user')
  return known && !userNamespace ? { seccomp: spec.linux.seccomp !== undefined } : null
}

/** Where an exec goes. */
export interface JoinPlace {
  readonly helper: string
  readonly containerId: string
  readonly record: BundleRecord
  readonly cgroups: CgroupLayout
  /** crun's compiled filter of the container. */
  readonly seccompFile: string
}

/**
 * Starts `process` in the container. Null when the helper does not do this one: nothing has happened then.
 * Throws `invalid` in Docker's words when the program cannot start.
 */
export async function joinContainer(
  place: JoinPlace,
  process: OciProcess,
  options: { readonly stdin: boolean; readonly attach: boolean },
): Promise<ExecProcess | null> {
  const entry = entryOf(place, process, options)
  if (entry === null) return null
  const child = spawn(place.helper, ['join'], {
    env: conmonEnvironment({}),
    cwd: '/', // it may outlive the folder that the engine was started in
    stdio: [options.stdin ? 'pipe' : 'ignore', options.attach ? 'pipe' : 'ignore', 'ignore', 'pipe'],
  })
  const control = child.stdio[3] as Duplex
  const sync = new SyncReader(child)
  control.write(entry)
  const attachment = options.attach ? attachmentOf(child, options.stdin, 'supervisor') : null
  let pid: number
  try {
    const started = await sync.next()
    if (started.data < 0) attachment?.detach()
    if (started.data === UNSUPPORTED) return null
    if (started.data < 0) throw startFailure('exec', 'crun', started.message ?? '', process.args)
    pid = started.data
  } catch (error) {
    sync.close()
    throw error
  }
  const identity = identify(pid)
  const exit = sync
    .next()
    .then(({ data }) => data)
    .finally(() => sync.close())
  exit.catch(() => {}) // a caller that only starts it need not listen
  return {
    pid,
    exit,
    attachment,
    kill: () => {
      if (identity) killGroup(identity)
    },
    resize: async (rows, cols) => {
      control.write(`${rows} ${cols}\n`)
    },
  }
}

/** The strings that the helper reads (join.c lists them); null for what it does not do. */
export function entryOf(
  { containerId, record, cgroups, seccompFile }: JoinPlace,
  process: OciProcess,
  options: { readonly stdin: boolean; readonly attach: boolean },
): Buffer | null {
  const { joining } = record
  const { capabilities, consoleSize, user } = process
  const unknown = Object.keys(process).some((key) => !KNOWN.has(key))
  const limits = process.rlimits.map(({ type, soft, hard }) => {
    const number = RLIMITS.indexOf(type.replace('RLIMIT_', ''))
    const words = [soft, hard].map((value) => (value === UNLIMITED ? INFINITY : String(value)))
    return number < 0 ? null : `limit=${number} ${words.join(' ')}`
  })
  if (!joining || unknown || capabilities.ambient.length > 0 || limits.includes(null)) return null
  const directories = record.cgroup === null ? [] : cgroupDirectories(cgroups, record.cgroup)
  const mask = (names: readonly string[]) => capabilityMask(names).toString(16)
  const strings = [
    `pid=${record.process.pid}`,
    `start=${record.process.startTicks}`,
    ...(cgroups.kind === 'v2'
      ? directories.map((directory) => `unified=${directory}`)
      : directories.map((directory) => `tasks=${directory}/tasks`)),
    ...(process.terminal ? [`tty=${consoleSize?.height ?? 0} ${consoleSize?.width ?? 0}`] : []),
    ...(options.stdin ? ['stdin='] : []),
    ...(options.attach ? [] : ['detached=']),
    `keyring=${containerId}`,
    `cwd=${process.cwd}`,
    `uid=${user.uid}`,
    `gid=${user.gid}`,
    ...user.additionalGids.map((gid) => `group=${gid}`),
    ...(process.oomScoreAdj === undefined ? [] : [`oom=${process.oomScoreAdj}`]),
    ...limits,
    ...(process.noNewPrivileges ? ['no-new-privs='] : []),
    ...(joining.seccomp ? [`seccomp=${seccompFile}`] : []),
    `bounding=${mask(capabilities.bounding)}`,
    `effective=${mask(capabilities.effective)}`,
    `permitted=${mask(capabilities.permitted)}`,
    `inheritable=${mask(capabilities.inheritable)}`,
    ...process.args.map((arg) => `arg=${arg}`),
    ...process.env.map((entry) => `env=${entry}`),
  ]
  // A NUL would end a string early and make the rest of it a key.
  if (strings.some((text) => text?.includes('\0'))) return null
  return Buffer.from(`${strings.join('\0')}\0\0`)
}
