/** What the builder keeps and has done, as lines for a terminal. Pure. */
import type {
  BuildCachePlan,
  BuildCacheRecord,
  CacheMount,
} from '../../../engine/api/longshore/build-cache.ts'
import type { BuildDetail, BuildSummary } from '../../../engine/api/longshore/builds.ts'
import { because, bytes, seconds } from '../build/progress/words.ts'

/** Columns as wide as their widest cell, two blanks between. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, at) => Math.max(all[at] ?? 0, cell.length)),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** `3 hours ago`; `now` and `then` are ms since 1970. */
export function ago(then: number, now: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const
  const past = Math.max(0, (now - then) / 1000)
  const [unit, length] = units.find(([, length]) => past >= length) ?? ['second', 1]
  const count = Math.floor(past / length)
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`
}

/** What is kept, and why each of it is. */
export function cacheLines(
  all: readonly BuildCacheRecord[],
  mounts: readonly CacheMount[],
  now: number,
): readonly string[] {
  // Cache mounts are records too, and have a table of their own.
  const records = all.filter(({ type }) => type !== 'exec.cachemount')
  const rows = records
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((record) => [
      ...[record.id.slice(0, 12), bytes(record.bytes), ago(record.lastUsedAt, now), String(record.uses)],
      ...[shorten(record.description), record.keptBecause],
    ])
  const caches = mounts.map(({ id, bytes: size, lastUsedAt, inUse }) => [
    ...[id, bytes(size), ago(lastUsedAt, now), inUse ? 'in use' : ''],
  ])
  const shared = records.filter((record) => record.shared).reduce((sum, record) => sum + record.bytes, 0)
  const total = [...records, ...mounts].reduce((sum, each) => sum + each.bytes, 0)
  return [
    ...table([['ID', 'SIZE', 'LAST USED', 'USES', 'STEP', 'KEPT BECAUSE'], ...rows]),
    ...(caches.length === 0 ? [] : ['', ...table([['CACHE MOUNT', 'SIZE', 'LAST USED', ''], ...caches])]),
    ...['', `Shared with images: ${bytes(shared)}`, `Total: ${bytes(total)}`],
  ]
}

/** What a prune removes and what it leaves, each with its reason. */
export function pruneLines(plan: BuildCachePlan): readonly string[] {
  const rows = (verb: string, lines: BuildCachePlan['remove']) =>
    lines.map(({ id, description, bytes: size, reason }) => [
      ...[verb, id.slice(0, 12), bytes(size), shorten(description), reason],
    ])
  return [
    ...table([...rows('remove', plan.remove), ...rows('keep', plan.keep)]),
    `Frees ${bytes(plan.bytes)}`,
  ]
}

/** Builds, newest first. */
export function historyLines(builds: readonly BuildSummary[], now: number): readonly string[] {
  const rows = builds.map(({ id, title, state, startedAt, completedAt, steps, error }) => [
    ...[id.slice(0, 12), title, state, ago(startedAt, now), seconds((completedAt ?? now) - startedAt)],
    ...[`${steps.completed}/${steps.total}`, `${steps.cached} cached`, error?.split('\n')[0] ?? ''],
  ])
  return table([['ID', 'BUILD', 'STATE', 'STARTED', 'TOOK', 'STEPS', '', ''], ...rows])
}

/** One build with its steps and why each ran. */
export function buildLines(build: BuildDetail, now: number): readonly string[] {
  const steps = build.stepDetails.map((step) => {
    const { name, now: state, reason, layerBytes } = step
    const took = 'completedAt' in state ? seconds(state.completedAt - state.startedAt) : ''
    return [
      state.state,
      took,
      layerBytes === null ? '' : bytes(layerBytes),
      name,
      because({ step, reason }) ?? '',
    ]
  })
  return [
    ...table([
      ['Build', build.id],
      ['Of', build.title],
      ['State', build.state],
      ['Started', new Date(build.startedAt).toISOString()],
      ['Took', seconds((build.completedAt ?? now) - build.startedAt)],
      ...(build.imageId === null ? [] : [['Image', build.imageId]]),
      ...(build.names.length === 0 ? [] : [['Names', build.names.join(' ')]]),
      ...Object.entries(build.args).map(([name, value]) => ['Argument', `${name}=${value}`]),
    ]),
    ...['', ...table(steps)],
    ...(build.error === null ? [] : ['', build.error]),
  ]
}

function shorten(text: string): string {
  const line = text.split('\n')[0] ?? ''
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`
}
