/** The typed errors of every call. `data` is what the window shows: plain words, the cause folded, the next step. */
import { type } from '@orpc/contract'

/** What a person is told of a failure. */
export interface Failure {
  /** What failed, on what and why, as one sentence. */
  readonly message: string
  /** What the engine or system said, word for word. */
  readonly cause: string | null
  /** What to do next, if known. */
  readonly remedy: string | null
}

/** Error codes by kind; the same kinds as the engine's. */
export const failures = {
  INVALID: { data: type<Failure>() },
  UNAUTHORIZED: { data: type<Failure>() },
  FORBIDDEN: { data: type<Failure>() },
  NOT_FOUND: { data: type<Failure>() },
  CONFLICT: { data: type<Failure>() },
  UNAVAILABLE: { data: type<Failure>() },
  NOT_IMPLEMENTED: { data: type<Failure>() },
  INTERNAL: { data: type<Failure>() },
} as const
