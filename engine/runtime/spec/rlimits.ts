/** Resource limits of a container's first process, never above what the engine itself may have. */
import { EngineError } from '../../errors.ts'

/** Limit name in Docker's lower case -> row title in /proc/PID/limits. */
const LIMITS: Readonly<Record<string, string>> = {
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  locks: 'Max file locks',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  nofile: 'Max open files',
  nproc: 'Max processes',
  rss: 'Max resident set',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
  sigpending: 'Max pending signals',
  stack: 'Max stack size',
}

/** Stands for RLIM_INFINITY, which no JavaScript number can be; `serializeSpec` writes the real one. */
export const UNLIMITED = -1

/** Hard limits by Docker's names; a limit that is unlimited is left out. */
export function parseHardLimits(procLimits: string): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const [name, title] of Object.entries(LIMITS)) {
    const row = procLimits.split('\n').find((line) => line.startsWith(title))
    const hard = row?.slice(title.length).trim().split(/\s+/)[1]
    if (hard !== undefined && hard !== 'unlimited') limits.set(name, Number(hard))
  }
  return limits
}

/**
 * The OCI form of ulimits. `ceiling` holds the engine's own hard limits when it lacks CAP_SYS_RESOURCE (without it
 * the kernel refuses to raise any), else it is empty. -1 is unlimited. Throws `invalid` for an unknown name or a
 * soft limit above the hard one.
 */
export function rlimits(
  ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[],
  ceiling: ReadonlyMap<string, number>,
): { readonly type: string; readonly soft: number; readonly hard: number }[] {
  return ulimits.map(({ name, soft, hard }) => {
    const key = name.toLowerCase()
    if (!(key in LIMITS)) throw new EngineError('invalid', `invalid ulimit type: ${name}`)
    const wantedHard = hard < 0 ? Number.POSITIVE_INFINITY : hard
    const wantedSoft = soft < 0 ? Number.POSITIVE_INFINITY : soft
    if (wantedSoft > wantedHard) {
      throw new EngineError(
        'invalid',
        `ulimit ${name}: the soft limit ${soft} is above the hard limit ${hard}`,
      )
    }
    const top = ceiling.get(key) ?? Number.POSITIVE_INFINITY
    return {
      type: `RLIMIT_${key.toUpperCase()}`,
      soft: encode(Math.min(wantedSoft, top)),
      hard: encode(Math.min(wantedHard, top)),
    }
  })
}

function encode(limit: number): number {
  return Number.isFinite(limit) ? limit : UNLIMITED
}
