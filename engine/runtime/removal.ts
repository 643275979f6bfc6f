/** Taking everything of a container away: processes, cgroups, the runtime's state and the bundle. */
import { existsSync, readFileSync } from 'node:fs'
import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { bootId } from '../host/boot.ts'
import { type CgroupLayout, cgroupPids, removeCgroup } from '../host/cgroup.ts'
import { identify, isAlive, signalProcess } from '../host/process.ts'
import { containerProcesses } from '../host/process-tree.ts'
import {
  type BundlePaths,
  type BundleRecord,
  readCgroup,
  readPid,
  readRecord,
  type StateLayout,
} from './bundle.ts'
import type { ExitWatcher } from './exits.ts'
import { releaseShm } from './shared-memory.ts'

const SIGKILL = 9
/** How long a killed process may take to be gone: storage that hangs keeps processes in the kernel. */
const KILL_WAIT_MS = 10_000

/** What removing needs of the runtime. */
export interface RemovalParts {
  readonly layout: StateLayout
  readonly cgroups: CgroupLayout
  readonly exits: ExitWatcher
  /** Makes the OCI runtime forget it; null when removing its files does. */
  readonly forget: (() => Promise<unknown>) | null
}

/** Idempotent. Throws `conflict` for one that runs unless `force`, `internal` when its processes do not end. */
export async function removeContainer(
  { layout, cgroups, exits, forget }: RemovalParts,
  id: string,
  options: { readonly force: boolean },
): Promise<void> {
  const paths = layout.bundle(id)
  const places = [join(layout.runtime, id), paths.directory, paths.persist, join(layout.exits, id)]
  // Taken away when it ended: most that are removed have been. The places go last, so that nothing else is left either.
  if (!places.some((place) => existsSync(place))) {
    exits.forget(id)
    return
  }
  const record = readRecord(paths)
  const cgroup = record?.cgroup ?? (await readCgroup(paths))
  const trusted = record !== null && record.boot === bootId()
  if (trusted && isAlive(record.process)) {
    if (!options.force) {
      throw new EngineError(
        'conflict',
        `cannot delete container ${id}: its process ${record.process.pid} runs`,
      )
    }
    signalProcess(record.process, SIGKILL)
    if (isAlive(record.supervisor)) {
      await exits.wait(id, AbortSignal.timeout(KILL_WAIT_MS)).catch(() => {}) // the cgroup is looked at below
    }
  }
  if (cgroup) await emptyCgroup(cgroups, id, cgroup)
  else if (trusted) endProcesses(record)
  const supervisor = trusted ? record.supervisor : unrecordedSupervisor(id, paths)
  // After the exit file conmon has nothing left to do; one without a container would wait for ever.
  if (supervisor && isAlive(supervisor) && !(await exists(join(layout.exits, id)))) {
    signalProcess(supervisor, SIGKILL)
  }
  await forget?.()
  await releaseShm(paths.directory)
  await Promise.all(places.map((place) => rm(place, { recursive: true, force: true })))
  exits.forget(id)
}

/** A supervisor whose engine died before it was recorded: only if its command line says that it is ours. */
function unrecordedSupervisor(id: string, paths: BundlePaths) {
  const pid = readPid(paths.supervisorPidFile)
  return pid && commandLine(pid).includes(id) ? identify(pid) : null
}

/** Removes the container's cgroups; whatever is still in them is killed: nothing else can be there. */
async function emptyCgroup(cgroups: CgroupLayout, id: string, cgroup: string): Promise<void> {
  const deadline = Date.now() + KILL_WAIT_MS
  for (;;) {
    const busy = await removeCgroup(cgroups, cgroup)
    if (busy.length === 0) return
    if (Date.now() > deadline) {
      throw new EngineError(
        'internal',
        `container ${id} cannot be removed: processes stay in ${busy.join(', ')}`,
      )
    }
    for (const pid of await cgroupPids(cgroups, cgroup)) {
      const identity = identify(pid)
      if (identity) signalProcess(identity, SIGKILL)
    }
    // The kernel lets a cgroup go a moment after its last process, and tells nobody.
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Without a cgroup: whatever the container's supervisor still has, or its pid namespace. */
function endProcesses(record: BundleRecord): void {
  for (const pid of containerProcesses(record.process.pid, record.supervisor.pid)) {
    const identity = identify(pid)
    if (identity) signalProcess(identity, SIGKILL)
  }
}

/** Arguments of a running program; empty when it is gone. */
function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
