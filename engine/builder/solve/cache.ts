/** What the solver remembers, as far as it needs to know. The daemon keeps it in its database. */
import type { Digest } from '../../oci/descriptor.ts'
import type { Fact } from './performer.ts'

/** The kinds that Docker's API names (BuildKit, client/diskusage.go). */
export type RecordType = 'regular' | 'internal' | 'frontend' | 'source.local' | 'source.git.checkout'

/** A result that can be used again. */
export interface CacheRecord {
  readonly id: string
  /** Layers, bottom first. */
  readonly diffIds: readonly Digest[]
  /** `chainOf` of each input when it was made; null for an input that is not of layers. */
  readonly inputs: readonly (string | null)[]
  readonly addedBytes: number
  /** Ms since 1970. */
  readonly createdAt: number
}

/** A record that is to be. */
export interface NewRecord {
  /** Every key that finds it from now on; one that another record has moves here. */
  readonly keys: readonly string[]
  readonly diffIds: readonly Digest[]
  readonly inputs: readonly (string | null)[]
  /** Keys of the inputs, by which the records that it was made from are found. */
  readonly parentKeys: readonly string[]
  readonly addedBytes: number
  readonly description: string
  readonly type: RecordType
  /** Of one that was made elsewhere: when, in ms since 1970. */
  readonly createdAt?: number
}

/** Why a key that once was there is not any more. */
export interface Given {
  readonly at: number
  /** `pruned`, `its layers were gone`. */
  readonly why: string
}

/** Every write is durable when it returns, marks of use and what slots hold aside. */
export interface Cache {
  find(key: string): CacheRecord | null
  /** Every key that finds the record. */
  keysOf(id: string): readonly string[]
  /** Only when the layers are durable. */
  save(record: NewRecord): CacheRecord
  /** One more key for a result that is there. */
  alias(id: string, key: string): void
  /** It was used now. */
  touch(id: string): void
  /** Its layers are not there: it goes. */
  lose(id: string): void
  /** When and why the record of a key was given up. */
  gone(key: string): Given | null
  /** What the step at this place of a Dockerfile was made of when it was last right. */
  slot(slot: string): readonly Fact[] | null
  /** The key that `keepSlot` was given last. */
  slotKey(slot: string): string | null
  keepSlot(slot: string, key: string, facts: readonly Fact[]): void
}
