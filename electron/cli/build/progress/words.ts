/** Numbers and reasons as progress says them. Pure. */
import type { BuildStep, StepReason } from '../../../../engine/api/longshore/build-events.ts'
import type { StatusLine } from './model.ts'

/** What of a step says why it ran. */
export interface Told {
  readonly step: Pick<BuildStep, 'origin'>
  readonly reason: StepReason | null
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `1.50MB`; units are powers of 1000. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 ? value : value.toFixed(2)}${UNITS[unit]}`
}

/** `1.2s` */
export function seconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`
}

/** ` 1.20MB / 3.40MB`, ` 12B`, or nothing. */
export function amount({ current, total }: Pick<StatusLine, 'current' | 'total'>): string {
  if (total !== 0) return ` ${bytes(current)} / ${bytes(total)}`
  return current === 0 ? '' : ` ${bytes(current)}`
}

/** A part's name with how far it is: BuildKit says of what is sent only how much it is by now. */
export function part(line: Pick<StatusLine, 'name' | 'current' | 'total'>): string {
  if (!line.name.startsWith('transferring ')) return line.name + amount(line)
  return `${line.name.replace(/:$/, '')}:${amount({ current: line.current, total: 0 })}`
}

/** Why a step ran, or null where there is nothing to wonder about: it was cached, is new, or no instruction's. */
export function reasonOf({ step, reason }: Told): string | null {
  if (step.origin === null) return null
  switch (reason?.kind) {
    case 'changed':
    case 'input':
    case 'asked':
    case 'lost':
      return reason.text
    case 'cached':
    case 'new':
    case undefined:
      return null
  }
}

/** The same as a line of its own. */
export function because(told: Told): string | null {
  const reason = reasonOf(told)
  return reason === null ? null : `ran because: ${reason}`
}
