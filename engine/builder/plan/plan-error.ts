import { EngineError } from '../../errors.ts'
import type { Problem, Range } from '../parse/tree.ts'

/** A Dockerfile that cannot be built as it is asked for, and the place in it that says so. */
export class PlanError extends EngineError {
  readonly problem: Problem

  constructor(
    message: string,
    range: Range,
    details: { readonly suggestion?: string | null; readonly cause?: unknown } = {},
  ) {
    const suggestion = details.suggestion ?? null
    super('invalid', suggestion === null ? message : `${message} (did you mean ${suggestion}?)`, {
      cause: details.cause,
    })
    this.name = 'PlanError'
    this.problem = { severity: 'error', rule: 'plan', message, range, suggestion }
  }
}
