/** Builds: their history, one as it runs beside its Dockerfile, and new ones. This: how one stands, as mark and words. */
import { useSyncExternalStore } from 'react'
import { durationWords } from '../../lib/duration.ts'
import { onTick } from '../../lib/ticker.ts'
import type { BuildRow, BuildStep } from '../../rpc/views.ts'
import { type Status, StatusMark } from '../../ui/status-mark.tsx'

const MARKS: Readonly<Record<BuildRow['state'], Status>> = {
  running: 'starting',
  done: 'healthy',
  failed: 'failed',
  cancelled: 'done',
}

const WORDS: Readonly<Record<BuildRow['state'], string>> = {
  running: 'building',
  done: 'built',
  failed: 'failed',
  cancelled: 'cancelled',
}

export function BuildMark(props: { readonly state: BuildRow['state'] }) {
  return <StatusMark status={MARKS[props.state]} word={WORDS[props.state]} />
}

/** `building, step 9 of 12`; of one that failed, why. */
export function stateWords(row: BuildRow): string {
  const { total, completed } = row.steps
  switch (row.state) {
    case 'running':
      return total === 0
        ? 'reading the Dockerfile'
        : `building, step ${Math.min(completed + 1, total)} of ${total}`
    case 'failed':
      return row.error ?? 'failed'
    case 'done':
    case 'cancelled':
      return WORDS[row.state]
  }
}

/** `12 steps, 7 cached`. */
export function stepsWords({ steps }: BuildRow): string {
  if (steps.total === 0) return ''
  const all = `${steps.total} ${steps.total === 1 ? 'step' : 'steps'}`
  if (steps.cached === 0) return all
  return steps.cached === steps.total ? `${all}, all cached` : `${all}, ${steps.cached} cached`
}

/** `7 cached, 1 ran, 1 running, 3 waiting`. */
export function countsWords(steps: readonly BuildStep[]): string {
  const count = (state: BuildStep['state']) => steps.filter((step) => step.state === state).length
  const parts: readonly (readonly [number, string])[] = [
    [count('cached'), 'cached'],
    [count('done'), 'ran'],
    [count('running'), 'running'],
    [count('failed'), 'failed'],
    [count('waiting'), 'waiting'],
    [count('cancelled'), 'not run'],
  ]
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ')
}

/** The time from `start` to `end` (ms since 1970); without an end it goes on. */
export function Took(props: { readonly start: number; readonly end: number | null }) {
  const { start, end } = props
  const words = useSyncExternalStore(
    end === null ? onTick : never,
    // Of one that runs, the second is enough, and the same within it.
    () =>
      end === null
        ? durationWords(Math.floor((Date.now() - start) / 1000) * 1000)
        : durationWords(end - start),
  )
  return <span className="figures">{words}</span>
}

const never = () => () => undefined
