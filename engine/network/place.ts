/**
 * Where bridges, rules and the outer ends of containers' links are: for root the host's own network namespace, for an
 * engine without root one that belongs to it (rootless/). Everything of this folder that acts on links, addresses,
 * rules or their settings goes through here, so that the same code serves both.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { type RunOptions, type RunResult, run as runHere } from '../host/exec.ts'

/** The namespace's path; null is the one that this process is in. One for an engine, and one engine a process. */
let place: string | null = null

/** Says in which network namespace networks are, before the first is made. */
export function placeNetworks(netns: string | null): void {
  place = netns
}

/** The namespace that networks are in, by a path; null is the one of this process. */
export function networkPlace(): string | null {
  return place
}

/** Runs a program where the networks are; as `run` of host/exec.ts. */
export function run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return runHere(...inPlace(program, args), options)
}

/** The command line that runs a program where the networks are; it becomes that program. */
export function inPlace(
  program: string,
  args: readonly string[],
): readonly [program: string, args: readonly string[]] {
  return place === null ? [program, args] : ['nsenter', [`--net=${place}`, '--', program, ...args]]
}

/** True when a link of this name is where the networks are. */
export async function linkExists(name: string): Promise<boolean> {
  // proc(5): /proc/net is that of whoever looks, /sys/class/net that of whoever mounted it.
  const table =
    place === null ? await readFile('/proc/net/dev', 'utf8') : (await run('cat', ['/proc/net/dev'])).stdout
  return table.split('\n').some((line) => line.trimStart().startsWith(`${name}:`))
}

/** Sets a file of /proc/sys/net where the networks are, unless it has that value. */
export async function setSysctl(path: string, value: string): Promise<void> {
  if (place === null) {
    if ((await readFile(path, 'utf8')).trim() !== value) await writeFile(path, value)
    return
  }
  await run('sh', ['-c', 'test "$(cat "$1")" = "$2" || echo "$2" > "$1"', 'sh', path, value])
}
