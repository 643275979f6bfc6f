/**
 * The wire between a window and the services: frames, sent in batches (arrays), by structured clone on a MessagePort
 * and as MessagePack on a WebSocket. Types alone: both ends are checked against them, neither imports code of the other.
 *
 * A call is answered by `value`, by `fail`, or by `open` and then any number of `items` and one `end` or `fail`.
 * The server may have at most its credit of bytes of one stream under way; each item's cost travels with it, and the
 * client gives the cost back (`credit`) when its consumer has taken the item. That is the whole of back-pressure.
 */
import type { Failure } from './failures.ts'

/** Numbered by the client, never used twice on one channel. */
export type CallId = number

export type ClientFrame =
  | readonly ['call', CallId, path: readonly string[], input: unknown]
  | readonly ['credit', CallId, bytes: number]
  | readonly ['cancel', CallId]

export type ServerFrame =
  | readonly ['value', CallId, value: unknown]
  | readonly ['open', CallId]
  | readonly ['items', CallId, items: readonly unknown[], costs: readonly number[]]
  | readonly ['end', CallId]
  | readonly ['fail', CallId, WireError]

/** A typed error: `code` is a key of `failures`. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly data: Failure
}
