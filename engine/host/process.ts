/**
 * Processes by identity: a pid alone is recycled by the kernel, a pid with its start time is not (within a boot).
 */
import { readFileSync } from 'node:fs'

/** A process for sure: its pid, and its start in clock ticks since boot (proc(5), field 22 of stat). */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTicks: number
}

/** What /proc/PID/stat says, or null when there is no such process. */
export function processStat(
  pid: number,
): { readonly state: string; readonly parent: number; readonly startTicks: number } | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null // ENOENT and ESRCH both say that it is gone
  }
  // The program's name stands in brackets and may hold anything, brackets too: count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? 'X', parent: Number(fields[1]), startTicks: Number(fields[19]) }
}

/** The identity of a running process, or null when it is gone. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = processStat(pid)
  return stat && { pid, startTicks: stat.startTicks }
}

/** True while that very process exists and has not ended (a zombie has). */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = processStat(identity.pid)
  return stat !== null && stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X'
}

/** Sends a signal to that very process. False when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: number): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Kills that very process and everything in the process group that it leads. Well when it is gone. */
export function killGroup(identity: ProcessIdentity): void {
  if (!isAlive(identity)) return
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch (error) {
      // It leads no group, or has ended just now.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
