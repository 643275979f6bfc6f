/** How every live list travels: a reset, then single-row patches. A gap in the engine's events sends a new reset. */

/** One message of a live list. `asOf` is when the engine was read, ISO 8601. */
export type ListMessage<Row> =
  | { readonly type: 'reset'; readonly rows: readonly Row[]; readonly asOf: string }
  | {
      readonly type: 'patch'
      readonly upserts: readonly Row[]
      readonly removals: readonly string[]
      readonly asOf: string
    }
  | { readonly type: 'stale'; readonly reason: string } // the engine is away; rows stay, marked with their age

/** What each act answers: the docker line that would have done the same. */
export interface Done {
  readonly command: string
  readonly warnings: readonly string[]
}
