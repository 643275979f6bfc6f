/** Wire type of GET /events: one JSON line an event. */

export type EventType =
  | 'container'
  | 'image'
  | 'volume'
  | 'network'
  | 'daemon'
  | 'plugin'
  | 'service'
  | 'node'
  | 'secret'
  | 'config'
  | 'builder'

/** `time` in Unix seconds, `timeNano` in Unix nanoseconds (beyond 2^53: exact only as JSON text). */
export interface EventMessage {
  /** Only of container and image events: the action again, for old clients. */
  readonly status?: string
  readonly id?: string
  readonly from?: string
  readonly Type: EventType
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local' | 'swarm'
  readonly time: number
  readonly timeNano: number
}
