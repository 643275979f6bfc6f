/** Lists of CPUs and memory nodes as the kernel writes them: `0-2,16`. */
import { EngineError } from '../../../errors.ts'

/** Far above any machine; keeps a hostile range from filling memory. */
const HIGHEST = 8191

/** The numbers of a list. Throws `invalid` in Docker's words. */
export function parseCpuset(text: string, what: 'cpus' | 'mems'): ReadonlySet<number> {
  const numbers = new Set<number>()
  if (text === '') return numbers
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim())
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    if (!match || last < first || last > HIGHEST) {
      throw new EngineError('invalid', `Invalid value ${text} for cpuset ${what}: invalid format: ${text}`)
    }
    for (let n = first; n <= last; n++) numbers.add(n)
  }
  return numbers
}

/** True when every number is in the list `available`. */
export function cpusetIsIn(wanted: ReadonlySet<number>, available: string): boolean {
  const there = parseCpuset(available, 'cpus')
  return [...wanted].every((n) => there.has(n))
}
