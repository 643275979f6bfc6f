/**
 * What a person is writing of a project: texts over drafts over files. Kept for the window, so that going to another
 * page and back loses nothing; what is to outlive the window is saved as a draft.
 */
import { useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { Failure, ProjectFile, ProjectFiles } from '../../rpc/views.ts'
import { createStore, useStore } from '../../ui/use-store.ts'

/** By `engine/name`, then by path. */
const written = createStore<ReadonlyMap<string, Readonly<Record<string, string>>>>(new Map())

export interface Edits {
  readonly files: ProjectFiles | null
  readonly failure: Failure | null
  /** What the editor shows of a file. */
  textOf(file: ProjectFile): string
  /** Every text that is not the one on disk, by path: what a plan is made with. */
  readonly texts: Readonly<Record<string, string>>
  /** Something is written that no draft holds. */
  readonly unsaved: boolean
  /** Something is not as it is on disk. */
  readonly changed: boolean
  write(file: ProjectFile, text: string): void
  save(): Promise<void>
  /** Takes what is written and the draft of a file away. */
  discard(file: ProjectFile): Promise<void>
  /** Keeps the person's text over the file that others changed. */
  keep(file: ProjectFile): Promise<void>
  /** These texts are kept elsewhere now. What was written since is not. */
  forget(texts: Readonly<Record<string, string>>): void
}

export function useEdits(engine: string, name: string): Edits {
  const client = useClient()
  const key = `${engine}/${name}`
  const own = useStore(written).get(key) ?? {}
  const [files, setFiles] = useState<ProjectFiles | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useStream(
    key,
    (signal) => client.projects.watchFiles({ engine, name }, { signal }),
    setFiles,
    (error) => setFailure(failureOf(error)),
  )
  const textOf = (file: ProjectFile) => own[file.path] ?? file.draft ?? file.text ?? ''
  const forget = (texts: Readonly<Record<string, string>>) =>
    written.set((before) => {
      const left = Object.entries(before.get(key) ?? {}).filter(([file, text]) => texts[file] !== text)
      return new Map(before).set(key, Object.fromEntries(left))
    })
  const drop = (file: string) =>
    written.set((before) => {
      const { [file]: _, ...rest } = before.get(key) ?? {}
      return new Map(before).set(key, rest)
    })
  const all = files?.files ?? []
  const differing = all.filter((file) => textOf(file) !== (file.text ?? ''))
  return {
    files,
    failure,
    textOf,
    texts: Object.fromEntries(differing.map((file) => [file.path, textOf(file)])),
    unsaved: all.some((file) => textOf(file) !== (file.draft ?? file.text ?? '')),
    changed: differing.length > 0,
    write: (file, text) =>
      written.set((before) => new Map(before).set(key, { ...before.get(key), [file.path]: text })),
    async save() {
      const texts = Object.fromEntries(all.map((file) => [file.path, textOf(file)] as const))
      const changed = Object.entries(texts).filter(([path]) => own[path] !== undefined)
      await client.projects.saveDraft({ engine, name, texts: Object.fromEntries(changed) })
      forget(texts)
    },
    async discard(file) {
      await client.projects.saveDraft({ engine, name, texts: { [file.path]: null } })
      drop(file.path)
    },
    async keep(file) {
      const text = textOf(file)
      await client.projects.saveDraft({ engine, name, texts: { [file.path]: null } })
      await client.projects.saveDraft({ engine, name, texts: { [file.path]: text } })
      drop(file.path)
    },
    forget,
  }
}
