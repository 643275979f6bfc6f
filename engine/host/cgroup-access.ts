/** Which cgroups an engine may make: root all of them, a user those that were delegated to it, which version 1 never does. */
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CgroupLayout } from './cgroup.ts'

export type CgroupAccess =
  /** Everything below the top. */
  | { readonly kind: 'whole' }
  /** Everything below this group of version 2 (systemd's Delegate=yes). */
  | { readonly kind: 'delegated'; readonly path: string; readonly controllers: readonly string[] }
  /** Nothing: no limits, no pause. */
  | { readonly kind: 'none'; readonly why: string; readonly remedy: string }

/** Where an engine that has a group of its own puts itself: a group with children may hold no process (cgroup-v2). */
const OWN_LEAF = 'longshore-engine'
/** What is passed on to containers, as far as the host has it. */
const WANTED = ['cpu', 'cpuset', 'io', 'memory', 'pids']
const REMEDY = 'Start it by systemd: systemd-run --user --scope -p Delegate=yes longshore engine'

/** What this process may do, changing nothing. */
export function cgroupAccess(layout: CgroupLayout, rootless: boolean): CgroupAccess {
  if (!rootless) return { kind: 'whole' }
  if (layout.kind !== 'v2' || layout.unified === null) {
    return {
      kind: 'none',
      why: 'version 1 of cgroups, which users cannot be given a part of',
      remedy: 'Boot with the kernel parameter systemd.unified_cgroup_hierarchy=1',
    }
  }
  const own = ownGroup(readFileSync('/proc/self/cgroup', 'utf8'))
  if (own === null) return { kind: 'none', why: 'this process is in no cgroup of version 2', remedy: REMEDY }
  const path = own.endsWith(`/${OWN_LEAF}`) ? dirname(own) : own
  const folder = join(layout.unified, path)
  try {
    for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control'])
      accessSync(join(folder, file), constants.W_OK)
    const controllers = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(/\s+/)
    return { kind: 'delegated', path, controllers: controllers.filter((name) => WANTED.includes(name)) }
  } catch {
    return { kind: 'none', why: `the cgroup ${path} is not delegated to this user`, remedy: REMEDY }
  }
}

/** The group of version 2 in the text of /proc/PID/cgroup (cgroups(7)); null without one. Pure. */
export function ownGroup(text: string): string | null {
  return /^0::(\/.*)$/m.exec(text)?.[1] ?? null
}

/**
 * Makes a delegated group ready to have containers below it: whoever is in it moves to a leaf, then its controllers
 * are passed on. Idempotent. Throws the kernel's own error.
 */
export function takeDelegated(
  layout: CgroupLayout,
  access: Extract<CgroupAccess, { kind: 'delegated' }>,
): void {
  const folder = join(layout.unified ?? '/sys/fs/cgroup', access.path)
  const leaf = join(folder, OWN_LEAF)
  mkdirSync(leaf, { recursive: true })
  for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    writeFileSync(join(leaf, 'cgroup.procs'), pid)
  }
  const given = access.controllers.map((name) => `+${name}`).join(' ')
  if (given !== '') writeFileSync(join(folder, 'cgroup.subtree_control'), given)
}
