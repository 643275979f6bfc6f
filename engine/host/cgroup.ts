/**
 * Which cgroup layout the host has, and where in it a group's files are. Detected once: a host does not change it
 * while it runs.
 */
import { readFileSync } from 'node:fs'
import { readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type MountEntry, mounts } from './mount.ts'

/** `hybrid`: v1 controllers with a v2 hierarchy beside them that has controllers of its own. */
export type CgroupKind = 'v1' | 'hybrid' | 'v2'

export interface CgroupLayout {
  readonly kind: CgroupKind
  /** Mount point of each v1 controller (`memory` -> `/sys/fs/cgroup/memory`). */
  readonly controllers: ReadonlyMap<string, string>
  /** Mount point of the v2 hierarchy, or null. */
  readonly unified: string | null
}

let detected: CgroupLayout | null = null

/** The host's layout. */
export function cgroupLayout(): CgroupLayout {
  detected ??= readLayout(mounts(), (path) => readFileSync(path, 'utf8'))
  return detected
}

/** Pure part of the detection: mounts, and a reader for `cgroup.controllers`. */
export function readLayout(entries: readonly MountEntry[], read: (path: string) => string): CgroupLayout {
  const controllers = new Map<string, string>()
  let unified: string | null = null
  for (const entry of entries) {
    if (entry.type === 'cgroup2') unified ??= entry.target
    if (entry.type !== 'cgroup') continue
    for (const option of entry.superOptions) {
      if (option !== 'rw' && option !== 'ro' && !option.includes('=')) controllers.set(option, entry.target)
    }
    const named = entry.superOptions.find((option) => option.startsWith('name='))
    if (named) controllers.set(named, entry.target)
  }
  if (controllers.size === 0) return { kind: 'v2', controllers, unified: unified ?? '/sys/fs/cgroup' }
  // With an empty v2 hierarchy (as under systemd in hybrid mode) runtimes treat the host as v1.
  const mixed = unified !== null && read(join(unified, 'cgroup.controllers')).trim() !== ''
  return { kind: mixed ? 'hybrid' : 'v1', controllers, unified }
}

/** Every directory that a group of this path (`/longshore/ID`) may have, one for each hierarchy. */
export function cgroupDirectories(layout: CgroupLayout, path: string): string[] {
  const bases = new Set(layout.controllers.values())
  if (layout.unified) bases.add(layout.unified)
  return [...bases].map((base) => join(base, path))
}

/** The directory with the files of one controller; on v2 every controller is in the same. */
export function controllerDirectory(layout: CgroupLayout, controller: string, path: string): string | null {
  const base = layout.kind === 'v2' ? layout.unified : layout.controllers.get(controller)
  return base ? join(base, path) : null
}

/** Pids in a group and the groups beneath it, as the host numbers them. */
export async function cgroupPids(layout: CgroupLayout, path: string): Promise<number[]> {
  const directory =
    controllerDirectory(layout, 'pids', path) ?? controllerDirectory(layout, 'memory', path) ?? null
  const pids = new Set<number>()
  const visit = async (at: string) => {
    for (const pid of readFileSync(join(at, 'cgroup.procs'), 'utf8').split('\n')) {
      if (pid) pids.add(Number(pid))
    }
    for (const entry of await readdir(at, { withFileTypes: true })) {
      if (entry.isDirectory()) await visit(join(at, entry.name))
    }
  }
  if (directory) {
    await visit(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENODEV') throw error
    })
  }
  return [...pids].sort((a, b) => a - b)
}

/** Takes limits off a group; crun 1.8 cannot write what stands for none. */
export async function liftLimits(
  layout: CgroupLayout,
  path: string,
  which: { readonly cpu: boolean; readonly pids: boolean },
): Promise<void> {
  const write = async (controller: string, file: string, value: string) => {
    const directory = controllerDirectory(layout, controller, path)
    if (directory) await writeFile(join(directory, file), value)
  }
  const v2 = layout.kind === 'v2'
  if (which.cpu) await (v2 ? write('cpu', 'cpu.max', 'max') : write('cpu', 'cpu.cfs_quota_us', '-1'))
  if (which.pids) await write('pids', 'pids.max', 'max')
}

/**
 * Removes the directories of a group, in every hierarchy, with empty groups beneath. Answers those that could not
 * go because a process is still in them.
 */
export async function removeCgroup(layout: CgroupLayout, path: string): Promise<string[]> {
  const busy: string[] = []
  await Promise.all(
    cgroupDirectories(layout, path).map(async (directory) => {
      const left = await removeTree(directory)
      if (left) busy.push(left)
    }),
  )
  return busy
}

/** Removes a directory tree of cgroups from its leaves up; null when it is gone, else what is busy. */
async function removeTree(directory: string): Promise<string | null> {
  try {
    await rmdir(directory)
    return null
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return null
    if (code !== 'EBUSY' && code !== 'ENOTEMPTY') throw error
  }
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const children = entries.filter((entry) => entry.isDirectory())
  if (children.length === 0) return directory
  for (const child of children) {
    const left = await removeTree(join(directory, child.name))
    if (left) return left
  }
  return rmdir(directory).then(
    () => null,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : directory),
  )
}
