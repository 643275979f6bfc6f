/** Kinds of errors -> HTTP statuses: the only place that maps them. */
import { assertNever, type ErrorKind, isEngineError } from '../errors.ts'

/** The status of an answer that tells of `error`. What is no `EngineError` is a defect: 500. */
export function statusOf(error: unknown): number {
  return isEngineError(error) ? statusOfKind(error.kind) : 500
}

function statusOfKind(kind: ErrorKind): number {
  switch (kind) {
    case 'invalid':
      return 400
    case 'unauthorized':
      return 401
    case 'forbidden':
      return 403
    case 'not-found':
      return 404
    case 'not-modified':
      return 304
    case 'conflict':
      return 409
    case 'cancelled':
      return 499
    case 'not-implemented':
      return 501
    case 'unavailable':
      return 503
    case 'internal':
      return 500
    default:
      return assertNever(kind, 'error kind')
  }
}

/** What a person is told. Also of a full disk, which any part may meet and which must not read as a defect. */
export function messageOf(error: unknown): string {
  const full = diskFull(error)
  if (full) return `no space left on the engine's disk: ${full}. Free some space and try again.`
  return error instanceof Error ? error.message : String(error)
}

/** The message of an ENOSPC, EDQUOT or SQLITE_FULL anywhere in the chain of causes; null when there is none. */
function diskFull(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, errcode } = cause as NodeJS.ErrnoException & { errcode?: number }
    // 13 is SQLITE_FULL.
    if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === 13) return cause.message
  }
  return null
}
