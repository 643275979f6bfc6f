/** The one place where an error becomes what a window is told: a code of the contract, plain words, cause, next step. */
import { ORPCError } from '@orpc/server'
import type { ErrorKind } from '../../engine/errors.ts'
import { EngineError } from '../../engine/errors.ts'
import type { Failure, failures } from '../contract/failures.ts'
import type { WireError } from '../contract/wire.ts'

/** The error codes of the contract. */
export type FailureCode = keyof typeof failures

/** Translates any thrown value. Unknown ones are defects: INTERNAL, with their message as the cause. */
export function toWireError(error: unknown): WireError {
  if (error instanceof ORPCError) {
    if (error.defined) return { code: error.code, message: error.message, data: error.data as Failure }
    if (error.code === 'BAD_REQUEST') return wire('INVALID', describeIssues(error), null, null)
  }
  if (error instanceof EngineError) {
    return wire(codeOf(error.kind), error.message, causeOf(error), remedyOf(error))
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return wire('INTERNAL', 'Longshore failed to do this because of a defect of its own.', words, null)
}

/** The same as an error that a task or a log may keep. */
export function toFailure(error: unknown): Failure {
  return toWireError(error).data
}

function wire(code: FailureCode, message: string, cause: string | null, remedy: string | null): WireError {
  return { code, message, data: { message, cause, remedy } }
}

function codeOf(kind: ErrorKind): FailureCode {
  switch (kind) {
    case 'invalid':
      return 'INVALID'
    case 'unauthorized':
      return 'UNAUTHORIZED'
    case 'forbidden':
      return 'FORBIDDEN'
    case 'not-found':
      return 'NOT_FOUND'
    case 'not-modified':
    case 'conflict':
      return 'CONFLICT'
    case 'unavailable':
    case 'cancelled':
      return 'UNAVAILABLE'
    case 'not-implemented':
      return 'NOT_IMPLEMENTED'
    case 'internal':
      return 'INTERNAL'
  }
}

/** The words beneath the message: of the first cause that says something else. */
function causeOf(error: Error): string | null {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.message !== '' && cause.message !== error.message) return cause.message
  }
  return typeof error.cause === 'string' ? error.cause : null
}

function remedyOf(error: Error): string | null {
  const remedy: unknown = Reflect.get(error, 'remedy')
  return typeof remedy === 'string' ? remedy : null
}

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[]
}

/** Names each wrong field of an input that its schema refused. */
function describeIssues(error: ORPCError<string, unknown>): string {
  const issues = (error.data as { readonly issues?: readonly Issue[] } | undefined)?.issues ?? []
  const lines = issues.slice(0, 5).map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    return path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`
  })
  return lines.length === 0 ? 'The request is malformed.' : `The request is not valid: ${lines.join('; ')}.`
}
