/** Processes that belong together, found in /proc: what a cgroup would tell where there is none. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { processStat } from './process.ts'

/**
 * The processes of a container whose first is `first`, supervised by `supervisor`: everything in its pid namespace
 * when that is its own, and what descends from the supervisor, which adopts orphans.
 */
export function containerProcesses(first: number, supervisor: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const parents = new Map(all.map((pid) => [pid, processStat(pid)?.parent ?? 0]))
  const found = new Set(descendants(supervisor, parents))
  const namespace = isNamespaceInit(first) ? pidNamespace(first) : null
  if (namespace) for (const pid of all) if (pidNamespace(pid) === namespace) found.add(pid)
  return [...found].sort((a, b) => a - b)
}

/** Everything below `root` in a table of parents, without itself. Pure. */
export function descendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const children = new Map<number, number[]>()
  for (const [pid, parent] of parents) children.set(parent, [...(children.get(parent) ?? []), pid])
  const found: number[] = []
  const visit = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      found.push(child)
      visit(child)
    }
  }
  visit(root)
  return found
}

/** The first process of a pid namespace has the number 1 in it (proc(5), NSpid). */
function isNamespaceInit(pid: number): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function pidNamespace(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return null // gone, or another user's
  }
}
