/**
 * A compose file as a tree of values that know where they were written. Every stage of loading takes trees and gives
 * trees, so that an error found late still names its line.
 */

/** A place in a file. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What the compose specification's tags ask of a merge (spec 13, "Reset value" and "Replace value"). */
export type MergeTag = 'reset' | 'override'

interface Common {
  readonly at: Place
  readonly tag?: MergeTag
}

export interface MapTree extends Common {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Entry>
}

export interface ListTree extends Common {
  readonly kind: 'list'
  readonly items: readonly Tree[]
}

export interface ScalarTree extends Common {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As it was written, without quotes; tells `0440` from `440`. */
  readonly text: string
  /** A string that variables were put into: it may stand where a number or a boolean is wanted. */
  readonly interpolated?: true
}

export type Tree = MapTree | ListTree | ScalarTree

/** A key with its own place, and its value. */
export interface Entry {
  readonly at: Place
  readonly value: Tree
}

/** Plain data, as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The tree as plain data. */
export function plain(tree: Tree): Json {
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(plain)
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plain(value)]))
  }
}

/** A scalar that no file wrote, at the place that led to it. */
export function scalar(value: ScalarTree['value'], at: Place): ScalarTree {
  return { kind: 'scalar', value, text: String(value ?? ''), at }
}

/** A list at the place that led to it. */
export function list(items: readonly Tree[], at: Place): ListTree {
  return { kind: 'list', items, at }
}

/** A map of what is there; `undefined` values are left out. */
export function map(entries: Readonly<Record<string, Tree | undefined>>, at: Place): MapTree {
  const kept = new Map<string, Entry>()
  for (const [key, value] of Object.entries(entries)) if (value) kept.set(key, { at: value.at, value })
  return { kind: 'map', entries: kept, at }
}

/** The value under a key of a map; undefined also for what is no map. */
export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined
}

/** The map with one entry set, or taken away when `value` is undefined. */
export function withEntry(tree: MapTree, key: string, value: Tree | undefined): MapTree {
  const entries = new Map(tree.entries)
  if (value === undefined) entries.delete(key)
  else entries.set(key, { at: entries.get(key)?.at ?? value.at, value })
  return { ...tree, entries }
}
