/** What a caught error tells a person. */
import { ORPCError } from '@orpc/client'
import type { Failure } from './views.ts'

/** The failure that the services sent, or one made of whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ORPCError && isFailure(error.data)) return error.data
  const message = error instanceof Error ? error.message : String(error)
  return { message: message || 'It failed, and nothing says why.', cause: null, remedy: null }
}

function isFailure(data: unknown): data is Failure {
  return typeof data === 'object' && data !== null && 'message' in data && typeof data.message === 'string'
}
