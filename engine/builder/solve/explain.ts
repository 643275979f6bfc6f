/** Why a step ran: what it was made of the last time, beside what it is made of now. Pure. */
import type { StepId } from '../plan/step.ts'
import type { Given } from './cache.ts'
import { BASE, COMMAND, INPUT } from './facts.ts'
import type { Fact } from './performer.ts'
import type { Reason } from './progress.ts'

/** So many differences are told in the line; all are in `what`, up to a limit of their own. */
const TOLD = 3
const LISTED = 100

/** What is known of a step that runs. */
export interface Ran {
  /** Asked to. */
  readonly fresh: boolean
  readonly facts: readonly Fact[]
  /** Null when this place of the Dockerfile was never built. */
  readonly before: readonly Fact[] | null
  /** When the result was given up, if there ever was one. */
  readonly gone: Given | null
  /** Inputs of this build that ran, by their place; null for the others. */
  readonly ran: readonly ({ readonly id: StepId; readonly name: string } | null)[]
}

/** The reason of a step that runs. */
export function explain({ fresh, facts, before, gone, ran }: Ran): Reason {
  if (fresh) return { kind: 'asked', text: 'it was asked to run anew' }
  if (gone) return { kind: 'lost', text: `its cache entry was given up on ${day(gone.at)}: ${gone.why}` }
  if (before === null) return { kind: 'new', text: 'first built here' }
  const all = differences(before, facts)
  const own = innermost(all.filter(({ name }) => !name.startsWith(INPUT)))
  if (own.length > 0) {
    const told = own.slice(0, TOLD).map(describe)
    const more = own.length > TOLD ? [`${own.length - TOLD} more`] : []
    const what = own.slice(0, LISTED).map(({ name }) => name)
    return { kind: 'changed', text: [...told, ...more].join('; '), what }
  }
  const [first] = all
  if (first === undefined)
    return { kind: 'lost', text: 'the result that was there is not in the cache any more' }
  const place = Number(first.name.slice(INPUT.length))
  const input = ran[place] ?? ran.find((step) => step !== null)
  if (input) return { kind: 'input', text: `what it stands on ran anew: ${input.name}`, step: input.id }
  return { kind: 'changed', text: 'it stands on another result than the last time', what: ['input'] }
}

/** A fact that is new, gone or another. */
interface Difference {
  readonly name: string
  readonly was: string | null
  readonly now: string | null
}

/** In the order of `now`, then what is gone. */
export function differences(before: readonly Fact[], now: readonly Fact[]): readonly Difference[] {
  const old = new Map(before.map(({ name, value }) => [name, value]))
  const names = new Set(now.map(({ name }) => name))
  return [
    ...now
      .filter(({ name, value }) => old.get(name) !== value)
      .map(({ name, value }) => ({ name, was: old.get(name) ?? null, now: value })),
    ...before
      .filter(({ name }) => !names.has(name))
      .map(({ name, value }) => ({ name, was: value, now: null })),
  ]
}

/** A folder is another when a file in it is; the file says it better. */
function innermost(found: readonly Difference[]): readonly Difference[] {
  const above = new Set<string>()
  for (const { name, was, now } of found) {
    // The whole context, when it is copied whole.
    if (name !== '.' && (now ?? was ?? '').startsWith('sha256:')) above.add('.')
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      above.add(name.slice(0, slash))
    }
  }
  return found.filter(({ name, was, now }) => was === null || now === null || !above.has(name))
}

function describe({ name, was, now }: Difference): string {
  if (name === COMMAND) return 'RUN command changed'
  if (name === BASE && was !== null && now !== null) {
    return `base image moved from ${short(was)} to ${short(now)}`
  }
  if (was === null) return `${name} is new`
  if (now === null) return `${name} is gone`
  if (was.startsWith('sha256:') || now.startsWith('sha256:')) return `${name} changed`
  return `${name} was ${was || 'empty'}, now ${now || 'empty'}`
}

/** Digests as people tell them apart. */
function short(digest: string): string {
  return digest.startsWith('sha256:') ? digest.slice(0, 'sha256:'.length + 12) : digest
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}
