/** Resident memory: the idle engine, and what each running container adds beside its own supervisor. */
import { type Contender, IMAGE, memoryOf } from './contender.ts'

/** Bytes. `perContainer` counts the engine's processes alone; supervisors (conmon, shims) are their own row. */
export interface Memory {
  readonly idle: number
  /** What of `idle` is not shared with other processes (PSS). */
  readonly idleShare: number
  readonly perContainer: number
}

const RUNNING = 20

/** Measures an engine that has been left alone for `settleMs`, then with twenty sleeping containers. */
export async function measureMemory(on: Contender, settleMs: number): Promise<Memory> {
  const resident = () => on.pids().reduce((sum, pid) => sum + memoryOf(pid).rss, 0)
  const idle = await lowest(resident, settleMs)
  const idleShare = on.pids().reduce((sum, pid) => sum + memoryOf(pid).pss, 0)
  const ids: string[] = []
  for (let n = 0; n < RUNNING; n++) {
    const body = { Image: IMAGE, Cmd: ['sleep', '600'], HostConfig: { NetworkMode: 'none' } }
    const id = (await on.client.post('/containers/create', body)).json<{ Id: string }>().Id
    await on.client.post(`/containers/${id}/start`)
    ids.push(id)
  }
  const busy = await lowest(resident, settleMs)
  for (const id of ids) await on.client.delete(`/containers/${id}?force=1`)
  return { idle, idleShare, perContainer: (busy - idle) / RUNNING }
}

/** The smallest of a few readings: what stays once garbage has been given back. */
async function lowest(read: () => number, settleMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let n = 0; n < 5; n++) {
    await new Promise((resolve) => setTimeout(resolve, settleMs / 5))
    least = Math.min(least, read())
  }
  return least
}
