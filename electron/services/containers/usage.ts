/** Figures of running containers, for just the ids that are on screen. */
import type { StatsSample } from '../../../engine/client/shapes.ts'
import { isEngineError } from '../../../engine/errors.ts'
import type { UsageSample } from '../../contract/containers.ts'
import type { Engine } from '../engines/engine.ts'
import { pause } from '../live/subject.ts'

const INTERVAL_MS = 1000

/** Samples of those of `ids` that run, about one message a second, until `signal` aborts. */
export async function* watchUsage(
  engine: Engine,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly UsageSample[], void, undefined> {
  const ending = new AbortController()
  const stop = () => ending.abort()
  signal?.addEventListener('abort', stop, { once: true })
  const latest = new Map<string, UsageSample>()
  const followed = new Set<string>()
  try {
    while (!signal?.aborted) {
      for (const id of ids) {
        const running = engine.objects.containers.rows.get(id)?.state.kind === 'running'
        if (!running || followed.has(id)) continue
        followed.add(id)
        void follow(engine, id, latest, ending.signal).finally(() => followed.delete(id))
      }
      await pause(INTERVAL_MS, signal)
      if (latest.size > 0 && !signal?.aborted) {
        yield [...latest.values()]
        latest.clear()
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    ending.abort()
  }
}

/** Keeps the newest sample of one container; ends when it stops or the engine goes. */
async function follow(
  engine: Engine,
  id: string,
  latest: Map<string, UsageSample>,
  signal: AbortSignal,
): Promise<void> {
  try {
    let before: StatsSample['cpu_stats'] | null = null
    for await (const sample of await engine.client.containers.stats(id, signal)) {
      const usage = usageOf(id, sample, before)
      before = sample.cpu_stats
      if (usage) latest.set(id, usage)
    }
  } catch (error) {
    if (!isEngineError(error)) throw error
  }
}

/** One sample from Docker's figures; `before` stands in where an engine leaves precpu out. Null when it does not run. */
export function usageOf(
  id: string,
  sample: StatsSample,
  before: StatsSample['cpu_stats'] | null,
): UsageSample | null {
  const memory = sample.memory_stats
  if (memory.usage === undefined) return null
  const now = sample.cpu_stats
  const last = sample.precpu_stats?.system_cpu_usage ? sample.precpu_stats : before
  const used = now.cpu_usage.total_usage - (last?.cpu_usage?.total_usage ?? now.cpu_usage.total_usage)
  const system = (now.system_cpu_usage ?? 0) - (last?.system_cpu_usage ?? now.system_cpu_usage ?? 0)
  // Page cache that the kernel would give back at once is not memory in use (as docker stats has it).
  const cache = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0
  return {
    id,
    at: sample.read,
    cpuPercent: system > 0 && used > 0 ? (used / system) * (now.online_cpus ?? 1) * 100 : 0,
    memoryBytes: Math.max(0, memory.usage - cache),
    memoryLimitBytes: memory.limit ?? 0,
  }
}
