/** What the state folder keeps of projects: those that a person opened, and texts that are not deployed yet. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { JsonFile } from '../settings/json-file.ts'
import type { Known } from './rows.ts'

/** A text kept apart from its file. `over` is the hash of what the file said when the draft was begun. */
export interface Draft {
  readonly text: string
  readonly over: string | null
  readonly at: string
}

interface Kept extends Known {
  readonly engine: string
  /** By absolute path. */
  readonly drafts: Readonly<Record<string, Draft>>
}

/** The hash by which a text is known again. */
export function hashOf(text: string | null): string | null {
  return text === null ? null : createHash('sha256').update(text).digest('hex')
}

export class KnownProjects {
  readonly #file: JsonFile<{ readonly projects: readonly Kept[] }>

  constructor(stateDirectory: string) {
    this.#file = new JsonFile(path.join(stateDirectory, 'projects.json'), (found) => {
      const { projects } = (found ?? {}) as { readonly projects?: unknown }
      return { projects: Array.isArray(projects) ? (projects as readonly Kept[]) : [] }
    })
  }

  of(engine: string): readonly Known[] {
    // One that is here for its drafts alone is on the list by its containers, or not at all.
    return this.#file.value.projects.filter((each) => each.engine === engine && each.files.length > 0)
  }

  drafts(engine: string, name: string): Readonly<Record<string, Draft>> {
    return this.#find(engine, name)?.drafts ?? {}
  }

  /** Makes it known, or says anew where its files are. */
  async add(engine: string, known: Known): Promise<void> {
    await this.#put({ ...known, engine, drafts: this.drafts(engine, known.name) })
  }

  /** Puts drafts in; null takes one away. */
  async draft(engine: string, name: string, changes: Readonly<Record<string, Draft | null>>): Promise<void> {
    const before = this.#find(engine, name) ?? { engine, name, directory: null, files: [], drafts: {} }
    const drafts: Record<string, Draft> = { ...before.drafts }
    for (const [file, draft] of Object.entries(changes)) {
      if (draft) drafts[file] = draft
      else delete drafts[file]
    }
    await this.#put({ ...before, drafts })
  }

  async forget(engine: string, name: string): Promise<void> {
    await this.#file.update(({ projects }) => ({
      projects: projects.filter((each) => each.engine !== engine || each.name !== name),
    }))
  }

  #find(engine: string, name: string): Kept | undefined {
    return this.#file.value.projects.find((each) => each.engine === engine && each.name === name)
  }

  async #put(kept: Kept): Promise<void> {
    await this.#file.update(({ projects }) => ({
      projects: [...projects.filter((each) => each.engine !== kept.engine || each.name !== kept.name), kept],
    }))
  }
}
