/** Remarks of a plan under the file's `# check=`, without those that reading the file has made already. */
import { applyCheck } from '../parse/lint/check.ts'
import type { Dockerfile, Problem } from '../parse/tree.ts'
import { PlanError } from './plan-error.ts'
import type { PlanWarning } from './step.ts'

/** What remains to be told. Throws PlanError where the file wants its warnings to be errors. */
export function checkedWarnings(
  { directives, problems }: Dockerfile,
  warnings: readonly PlanWarning[],
): readonly PlanWarning[] {
  const isTold = ({ rule, range }: PlanWarning) =>
    problems.some((problem) => problem.rule === rule && problem.range.start.line === range?.start.line)
  const placed = warnings.flatMap(({ rule, message, range }): Problem[] =>
    range === null ? [] : [{ severity: 'warning', rule, message, range, suggestion: null }],
  )
  const kept = applyCheck(directives.check, placed)
  const [wrong] = kept.filter(({ severity }) => severity === 'error')
  if (wrong) throw new PlanError(`${wrong.rule}: ${wrong.message}`, wrong.range)
  const isKept = ({ rule, message, range }: PlanWarning) =>
    kept.some((problem) => problem.rule === rule && problem.message === message && problem.range === range)
  return warnings.filter((warning) => warning.range === null || (isKept(warning) && !isTold(warning)))
}
