import type { Problem, Range } from './tree.ts'

/** Where the parts of the parser put what they find. */
export type Problems = Problem[]

/** An error of the file. */
export function toProblem(message: string, range: Range, suggestion: string | null = null): Problem {
  return { severity: 'error', rule: 'syntax', message, range, suggestion }
}

/** A remark of one of the lint rules. */
export function toWarning(
  rule: string,
  message: string,
  range: Range,
  suggestion: string | null = null,
): Problem {
  return { severity: 'warning', rule, message, range, suggestion }
}

/** A problem in one line, as the classic and the new builder's clients print it. */
export function problemText(problem: Problem): string {
  const near = problem.suggestion === null ? '' : ` (did you mean ${problem.suggestion}?)`
  if (problem.rule !== 'syntax') return `${problem.rule}: ${problem.message}${near}`
  return `dockerfile parse error on line ${problem.range.start.line}: ${problem.message}${near}`
}
