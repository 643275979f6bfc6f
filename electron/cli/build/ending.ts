/** What is said when a build has ended: warnings, and what went wrong where. Pure. */
import type { BuildFailed, BuildProblem } from '../../../engine/api/longshore/build-events.ts'
import { excerpt } from './excerpt.ts'
import type { SourceText, StepProgress } from './progress/model.ts'
import { because } from './progress/words.ts'

/** So many last lines of a failed step's log are repeated below all the rest. */
const LOG_LINES = 10

/** A failed build: the end of the step's log, its lines in the Dockerfile, and the error. */
export function failureLines(
  failure: BuildFailed,
  step: StepProgress | undefined,
  source: SourceText | null,
): readonly string[] {
  if (failure.kind === 'cancelled') return ['ERROR: failed to build: the build was cancelled']
  const errors = failure.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0)
    return [...errors.flatMap((problem) => problemLines(problem, source)), error(failure)]
  const range = failure.origin?.range ?? null
  return [
    ...(step === undefined ? [] : logOf(step)),
    ...(range === null || source === null ? [] : excerpt(source.text, source.path, range)),
    error(failure),
  ]
}

function error({ message }: BuildFailed): string {
  return `ERROR: failed to build: ${message.startsWith('failed to solve: ') ? '' : 'failed to solve: '}${message}`
}

function logOf(progress: StepProgress): readonly string[] {
  const { step, now, log } = progress
  if (log.length === 0) return []
  const startedAt = 'startedAt' in now ? now.startedAt : (log[0]?.at ?? 0)
  const why = because(progress)
  return [
    ...['------', ` > ${step.name}:`, ...(why === null ? [] : [why])],
    ...log.slice(-LOG_LINES).map(({ at, text }) => `${((at - startedAt) / 1000).toFixed(3)} ${text}`),
    '------',
  ]
}

function problemLines(problem: BuildProblem, source: SourceText | null): readonly string[] {
  const { message, range, suggestion } = problem
  const at = `${source?.path ?? 'Dockerfile'}:${range.start.line}:${range.start.column}`
  return [
    ...(source === null ? [] : excerpt(source.text, source.path, range)),
    `${at}: ${message}${suggestion === null ? '' : ` (did you mean ${suggestion}?)`}`,
  ]
}

/** Below a build that went well: each warning in one line, and how many there are. */
export function warningLines(warnings: readonly BuildProblem[]): readonly string[] {
  if (warnings.length === 0) return []
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  return ['', ` ${count} found:`, ...warnings.map(oneLine)]
}

function oneLine({ rule, message, range, suggestion }: BuildProblem): string {
  const instead = suggestion === null ? '' : `; write ${suggestion}`
  return ` - ${rule}: ${message}${instead} (line ${range.start.line})`
}

/** What `--check` says of a Dockerfile. */
export function checkLines(problems: readonly BuildProblem[], source: SourceText): readonly string[] {
  if (problems.length === 0) return ['Check complete, no warnings found.']
  const count = problems.length === 1 ? '1 warning has' : `${problems.length} warnings have`
  const details = problems.flatMap((problem) => {
    const { severity, rule, message, range } = problem
    const kind = severity === 'error' ? 'ERROR' : 'WARNING'
    return [`${kind}: ${rule}`, message, ...excerpt(source.text, source.path, range), '']
  })
  return [`Check complete, ${count} been found!`, '', ...details]
}
