import { applyCheck } from './parse/lint/check.ts'
import { RULES } from './parse/lint/rules.ts'
import type { Dockerfile, Problem } from './parse/tree.ts'

/**
 * What planning found, less what reading the file has told already at the same line, and as the file's `check`
 * directive wants its rules: left out, or as errors. What is no rule stays a warning.
 */
export function remarksOf(dockerfile: Dockerfile, found: readonly Problem[]): readonly Problem[] {
  const told = new Set(dockerfile.problems.map(keyOf))
  const isRule = (problem: Problem) => RULES.some(({ name }) => name === problem.rule)
  const rules = found.filter((problem) => isRule(problem) && !told.has(keyOf(problem)))
  // A directive that is wrong was an error of the file: what is said of it here was said.
  const checked = applyCheck(dockerfile.directives.check, rules).filter(isRule)
  return [...found.filter((problem) => !isRule(problem)), ...checked]
}

function keyOf({ rule, range }: Problem): string {
  return `${rule} ${range.start.line}:${range.start.column}`
}
