/** Turns what docker-modem and sockets throw into the engine's closed set of kinds. */
import type { ErrorKind } from '../errors.ts'
import { EngineError } from '../errors.ts'

/** The modem's error for an answer that is no success. */
interface AnswerError extends Error {
  readonly statusCode?: number
  readonly json?: { readonly message?: unknown } | null
  readonly code?: string
}

/** `who` names the engine in messages; an aborted `signal` makes any failure `cancelled`. */
export function asEngineError(thrown: unknown, who: string, signal?: AbortSignal): EngineError {
  if (thrown instanceof EngineError) return thrown
  if (signal?.aborted)
    return new EngineError('cancelled', `the request to ${who} was cancelled`, { cause: thrown })
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as AnswerError
  if (error.statusCode !== undefined) {
    return new EngineError(kindOfStatus(error.statusCode), wordsOf(error), { cause: error })
  }
  return new EngineError('unavailable', `${who} ${describeSocketError(error)}`, { cause: error })
}

function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 304:
      return 'not-modified'
    case 400:
      return 'invalid'
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 409:
      return 'conflict'
    case 501:
      return 'not-implemented'
    case 503:
      return 'unavailable'
    default:
      return status >= 500 ? 'internal' : 'invalid'
  }
}

/** The engine's own words; the modem wraps them as "(HTTP code 404) reason - words ". */
function wordsOf(error: AnswerError): string {
  if (typeof error.json?.message === 'string') return error.json.message.trim()
  const words = /^\(HTTP code \d+\) .*? - (.*)$/s.exec(error.message)?.[1] ?? error.message
  return words.trim() || `the engine answered ${error.statusCode}`
}

function describeSocketError(error: AnswerError): string {
  switch (error.code) {
    case 'ENOENT':
      return 'is not there: its socket does not exist'
    case 'ECONNREFUSED':
      return 'does not run: nothing listens there'
    case 'EACCES':
    case 'EPERM':
      return 'may not be used by this user: its socket refuses permission'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'ended the connection'
    default:
      return `cannot be reached: ${error.message}`
  }
}
