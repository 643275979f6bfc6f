/**
 * The closed set of error kinds of the engine. Every failure that a person may see is an `EngineError`: its
 * message says what failed, on what, why and what to do; the technical cause is kept beneath as `cause`.
 * One switch at the edge (server/errors.ts) maps kinds to HTTP statuses; no other place may.
 */
export type ErrorKind =
  | 'invalid' // the request is malformed or can never work: 400
  | 'unauthorized' // credentials are missing or wrong: 401
  | 'forbidden' // understood, and refused by policy: 403
  | 'not-found' // the named object does not exist: 404
  | 'not-modified' // the object is already in the wanted state: 304
  | 'conflict' // the state of an object stands against it: 409
  | 'unavailable' // something outside (registry, disk, native part) does not answer: 503
  | 'not-implemented' // the engine cannot do this: 501
  | 'cancelled' // the caller went away: 499
  | 'internal' // a defect, or an unexpected answer of a native part: 500

/** An expected failure with its kind. `message` is for people; `cause` is for the log. */
export class EngineError extends Error {
  readonly kind: ErrorKind

  constructor(kind: ErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'EngineError'
    this.kind = kind
  }
}

/** True when `error` is an `EngineError`, and of `kind` if one is given. */
export function isEngineError(error: unknown, kind?: ErrorKind): error is EngineError {
  return error instanceof EngineError && (kind === undefined || error.kind === kind)
}

/** For the default branch of an exhaustive switch: a type error when a case is missing. */
export function assertNever(value: never, what = 'value'): never {
  throw new EngineError('internal', `unexpected ${what}: ${JSON.stringify(value)}`)
}
