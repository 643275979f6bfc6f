/**
 * What a person is about to build: a changed Dockerfile, other options. Kept for the window, so that going to another
 * page and back loses nothing.
 */
import type { BuildInput } from '../../rpc/views.ts'
import { createStore, useStore } from '../../ui/use-store.ts'

/** The id of a build that is not begun yet. */
export const NEW = 'new'

export interface BuildDraft {
  readonly input?: BuildInput
  readonly text?: string
}

const drafts = createStore<ReadonlyMap<string, BuildDraft>>(new Map())

export function useDraft(engine: string, id: string): BuildDraft {
  return useStore(drafts).get(`${engine}/${id}`) ?? NONE
}

export function writeDraft(engine: string, id: string, change: BuildDraft): void {
  const key = `${engine}/${id}`
  drafts.set((before) => new Map(before).set(key, { ...before.get(key), ...change }))
}

export function dropDraft(engine: string, id: string): void {
  drafts.set((before) => new Map([...before].filter(([key]) => key !== `${engine}/${id}`)))
}

const NONE: BuildDraft = {}

/** A build of `source` with nothing chosen yet. */
export function freshInput(engine: string, source: BuildInput['source'], dockerfile: string): BuildInput {
  return {
    engine,
    source,
    dockerfile: { path: dockerfile, text: null },
    tags: [],
    target: '',
    arguments: {},
    noCache: false,
    pull: false,
    platform: '',
    secrets: [],
  }
}
