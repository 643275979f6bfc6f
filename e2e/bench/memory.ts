/** Memory: the idle engine, and all of an engine's processes with a hundred containers running. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Contender, memoryOf } from './contender.ts'
import { abreast, created, started } from './measures/measure.ts'

/** Bytes. */
export interface Memory {
  /** The engine's own processes, left alone: resident, and what of it is not shared with others (PSS). */
  readonly idle: number
  readonly idleShare: number
  /** What each running container adds to the engine's own processes, beside its supervisor. */
  readonly perContainer: number
  /** The engine's processes and every supervisor with RUNNING containers: shared pages counted once. */
  readonly wholeShare: number
  readonly whole: number
}

/** How many containers run. */
export const RUNNING = 100

/** Measures an engine that has been left alone for `settleMs`, then with a hundred sleeping containers. */
export async function measureMemory(on: Contender, settleMs: number): Promise<Memory> {
  const engine = () => sum(on.pids())
  const idle = await lowest(engine, settleMs)
  const ids: string[] = []
  await abreast(RUNNING, 2, async () => {
    const id = await created(on, { Cmd: ['sleep', '600'] })
    await started(on, id)
    ids.push(id)
  })
  const busy = await lowest(engine, settleMs)
  const whole = sum([...new Set([...on.pids(), ...supervisors(ids)])])
  await abreast(RUNNING, 2, async (n) => {
    await on.client.delete(`/containers/${ids[n]}?force=1`)
  })
  return {
    idle: idle.rss,
    idleShare: idle.pss,
    perContainer: (busy.rss - idle.rss) / RUNNING,
    whole: whole.rss,
    wholeShare: whole.pss,
  }
}

/** conmon, containerd-shim and whatever else was started for these containers: their ids stand in its arguments. */
function supervisors(ids: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const line = commandLine(pid)
      return ids.some((id) => line.includes(id))
    })
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function sum(pids: readonly number[]): { readonly rss: number; readonly pss: number } {
  const all = pids.map(memoryOf)
  return { rss: all.reduce((n, { rss }) => n + rss, 0), pss: all.reduce((n, { pss }) => n + pss, 0) }
}

/** The smallest of a few readings: what stays once garbage has been given back. */
async function lowest(read: () => ReturnType<typeof sum>, settleMs: number): Promise<ReturnType<typeof sum>> {
  let least = { rss: Number.POSITIVE_INFINITY, pss: Number.POSITIVE_INFINITY }
  for (let n = 0; n < 5; n++) {
    await new Promise((resolve) => setTimeout(resolve, settleMs / 5))
    const now = read()
    if (now.rss < least.rss) least = now
  }
  return least
}
