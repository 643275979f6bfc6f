/** What became of a container, from files and /proc alone: what a restarted engine goes by. */
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bootId } from '../host/boot.ts'
import { type CgroupLayout, controllerDirectory } from '../host/cgroup.ts'
import { isAlive } from '../host/process.ts'
import { readRecord, type StateLayout } from './bundle.ts'
import { type ExitWatcher, readExit } from './exits.ts'
import type { Observed } from './runtime.ts'

/** A supervisor writes the exit file right after its process's end; storage may hold it up a little. */
const EXIT_WAIT_MS = 5000

export async function observeContainer(
  id: string,
  layout: StateLayout,
  exits: ExitWatcher,
  cgroups: CgroupLayout,
): Promise<Observed> {
  const paths = layout.bundle(id)
  const exit = await readExit(layout.exits, layout.persist, id)
  if (exit) return { state: 'exited', exit }
  const record = readRecord(paths)
  if (!record) {
    return (await exists(paths.directory))
      ? { state: 'lost', why: 'the engine ended while it was creating the container' }
      : { state: 'absent' }
  }
  if (record.boot !== bootId()) return { state: 'lost', why: 'the machine was restarted' }
  const supervised = isAlive(record.supervisor)
  if (!isAlive(record.process)) {
    // The exit file may have been written since we looked, or be about to be.
    const timeout = AbortSignal.timeout(supervised ? EXIT_WAIT_MS : 0)
    const late = supervised
      ? await exits.wait(id, timeout).catch(() => null)
      : await readExit(layout.exits, layout.persist, id)
    return late
      ? { state: 'exited', exit: late }
      : { state: 'lost', why: 'its process ended and its supervisor (conmon) left no exit code' }
  }
  if (!supervised) return { state: 'lost', why: 'its supervisor (conmon) is gone while its process runs' }
  const { pid } = record.process
  if (await exists(join(layout.runtime, id, 'exec.fifo'))) return { state: 'created', pid }
  return { state: (await isFrozen(cgroups, record.cgroup)) ? 'paused' : 'running', pid }
}

async function isFrozen(cgroups: CgroupLayout, cgroup: string | null): Promise<boolean> {
  if (cgroup === null) return false
  const directory = controllerDirectory(cgroups, 'freezer', cgroup)
  if (!directory) return false
  const file = cgroups.kind === 'v2' ? 'cgroup.freeze' : 'freezer.state'
  const text = await readFile(join(directory, file), 'utf8').catch(() => '')
  return /^(1|FROZEN|FREEZING)/.test(text)
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
