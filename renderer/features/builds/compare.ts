/** Two builds of one thing, step by step. Pure. */
import type { BuildStep, BuildView } from '../../rpc/views.ts'

/** An instruction that one or both have. */
export interface ComparedStep {
  readonly title: string
  readonly before: BuildStep | null
  readonly now: BuildStep | null
  /** What differs, in words; empty where nothing worth a word does. */
  readonly words: readonly string[]
}

/** In the order of the newer one; what only the older one has stands where it stood. */
export function compareBuilds(before: BuildView, now: BuildView): readonly ComparedStep[] {
  const older = new Map(keyed(before.steps))
  const newer = keyed(now.steps)
  const names = new Set(newer.map(([key]) => key))
  const rows = newer.map(([key, step]) => row(older.get(key) ?? null, step))
  let at = 0
  for (const [key, step] of keyed(before.steps)) {
    if (names.has(key)) at = newer.findIndex(([each]) => each === key) + 1
    else rows.splice(at++, 0, row(step, null))
  }
  return rows
}

/** By stage and instruction; the same instruction twice in a stage is counted. */
function keyed(steps: readonly BuildStep[]): readonly (readonly [string, BuildStep])[] {
  const seen = new Map<string, number>()
  return steps.map((step) => {
    const name = `${step.stage ?? ''}\n${step.instruction ?? step.name}`
    const number = (seen.get(name) ?? 0) + 1
    seen.set(name, number)
    return [`${name}\n${number}`, step]
  })
}

function row(before: BuildStep | null, now: BuildStep | null): ComparedStep {
  const step = now ?? before
  return { title: step?.instruction ?? step?.name ?? '', before, now, words: wordsOf(before, now) }
}

function wordsOf(before: BuildStep | null, now: BuildStep | null): readonly string[] {
  if (!before) return ['new']
  if (!now) return ['gone']
  const words: string[] = []
  if (now.state === 'failed' && before.state !== 'failed') words.push('fails now')
  if (before.state === 'failed' && now.state !== 'failed') words.push('failed before')
  if (now.state === 'done' && now.reason?.kind === 'changed') words.push(now.reason.text)
  return words
}
