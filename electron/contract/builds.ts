/** Builds: the history of an engine, one build as it runs, and the Dockerfile that it is made of. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'
import type { Done, ListMessage } from './live.ts'
import type { LogMessage } from './logs.ts'

/** One build of the history. Times are ISO 8601; `completedAt` null while it runs. */
export interface BuildRow {
  readonly id: string
  readonly title: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  readonly startedAt: string
  readonly completedAt: string | null
  readonly target: string | null
  readonly platform: string | null
  /** Names of the image that came of it. */
  readonly names: readonly string[]
  readonly imageId: string | null
  readonly steps: { readonly total: number; readonly cached: number; readonly completed: number }
  readonly error: string | null
  readonly warnings: number
}

/** Where a thing stands in the Dockerfile. Lines and columns count from 1; the end is after the last character. */
export interface DockerfileRange {
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

/** Something to tell the writer of a Dockerfile: an error or a lint rule, at its place. */
export interface DockerfileProblem {
  readonly severity: 'error' | 'warning'
  readonly rule: string
  readonly message: string
  readonly range: DockerfileRange
  readonly suggestion: string | null
}

/** Why a step ran, or did not have to, in words; `kind` for its mark. */
export interface StepReason {
  readonly kind: 'cached' | 'new' | 'changed' | 'input' | 'asked' | 'lost'
  readonly text: string
}

/** A part of a step with progress of its own, such as a layer that comes. Bytes; `total` 0 is unknown. */
export interface StepPart {
  readonly name: string
  readonly current: number
  readonly total: number
  readonly done: boolean
}

/** One step of a build. Times in ms since 1970. */
export interface BuildStep {
  readonly id: string
  readonly name: string
  readonly inputs: readonly string[]
  /** The stage that it belongs to; null for the build's own work. */
  readonly stage: string | null
  readonly instruction: string | null
  /** Its lines in the Dockerfile; null for a trigger of the base image and for the build's own work. */
  readonly range: DockerfileRange | null
  readonly state: 'waiting' | 'running' | 'cached' | 'done' | 'failed' | 'cancelled'
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly reason: StepReason | null
  /** Unpacked size of the layer that it added; null when unknown or none. */
  readonly layerBytes: number | null
  readonly parts: readonly StepPart[]
  /** Lines that it has written so far. */
  readonly lines: number
  readonly message: string | null
  readonly exitCode: number | null
}

/** A whole build: what the page of one shows. */
export interface BuildView {
  readonly row: BuildRow
  readonly dockerfile: { readonly path: string; readonly text: string } | null
  readonly arguments: Readonly<Record<string, string>>
  readonly steps: readonly BuildStep[]
  readonly problems: readonly DockerfileProblem[]
  readonly failure: { readonly message: string; readonly step: string | null } | null
  /** What it was asked to build, where this application asked: it can be done again. */
  readonly input: BuildInput | null
}

/** A Dockerfile of a folder on this machine. `others` are those beside it. */
export interface OpenedFolder {
  readonly folder: string
  readonly dockerfile: string
  /** Null: there is none of that name yet. */
  readonly text: string | null
  readonly others: readonly string[]
}

export interface CompletionAnswer {
  readonly items: readonly {
    readonly label: string
    readonly kind: 'instruction' | 'flag' | 'value' | 'stage' | 'image' | 'variable'
    readonly insert: string
    readonly detail: string | null
    readonly about: string | null
  }[]
  /** What the chosen item takes the place of. */
  readonly range: DockerfileRange
}

const text = z.string().max(1_000_000)
const place = z.object({ text, line: z.number().int().min(1), column: z.number().int().min(1) })
const build = z.object({ engine: engineId, id: z.string().min(1).max(200) })
const path = z.string().min(1).max(4096)

/** What to build. Without `text` the Dockerfile is read from the context. */
export const buildInput = z.object({
  engine: engineId,
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('folder'), path }),
    z.object({ kind: z.literal('git'), address: z.string().min(1).max(2000) }),
    z.object({ kind: z.literal('empty') }),
  ]),
  dockerfile: z.object({ path: z.string().max(4096), text: text.nullable() }),
  tags: z.array(z.string().min(1).max(500)).max(50),
  target: z.string().max(200),
  arguments: z.record(z.string().max(200), z.string().max(100_000)),
  noCache: z.boolean(),
  pull: z.boolean(),
  platform: z.string().max(100),
  secrets: z.array(z.object({ id: z.string().min(1).max(200), file: path })).max(50),
})
export type BuildInput = z.infer<typeof buildInput>

export const builds = {
  /** The history, newest first by `startedAt`, with what runs. */
  watch: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<ListMessage<BuildRow>>())),
  /** One build, whole, at once and at each change (at most ten a second). */
  follow: oc.errors(failures).input(build).output(eventIterator(type<BuildView>())),
  /** What a step wrote, from its first line; of all steps without one. */
  log: oc
    .errors(failures)
    .input(build.extend({ step: z.string().max(200).optional() }))
    .output(eventIterator(type<LogMessage>())),
  /** Starts a build as a task. */
  start: oc
    .errors(failures)
    .input(buildInput)
    .output(type<Done & { readonly id: string; readonly task: string }>()),
  /** The line that would do the same. */
  command: oc.errors(failures).input(buildInput).output(type<string>()),
  cancel: oc.errors(failures).input(build).output(type<void>()),
  /** Forgets a build that has ended, its log too. */
  forget: oc.errors(failures).input(build).output(type<void>()),
  /** A running container of what remains of a failed step. */
  shell: oc
    .errors(failures)
    .input(build.extend({ step: z.string().min(1).max(200) }))
    .output(type<Done & { readonly container: string }>()),
  openFolder: oc
    .errors(failures)
    .input(z.object({ path, dockerfile: z.string().max(4096).optional() }))
    .output(type<OpenedFolder>()),
  /** Writes a Dockerfile; refused where it was changed by others since `before` was read (null: was not there). */
  save: oc
    .errors(failures)
    .input(z.object({ folder: path, dockerfile: path, before: text.nullable(), text }))
    .output(type<void>()),
  check: oc.errors(failures).input(z.object({ text })).output(type<readonly DockerfileProblem[]>()),
  format: oc.errors(failures).input(z.object({ text })).output(type<string>()),
  complete: oc
    .errors(failures)
    .input(place.extend({ engine: engineId }))
    .output(type<CompletionAnswer | null>()),
  hover: oc
    .errors(failures)
    .input(place)
    .output(type<{ readonly about: string; readonly range: DockerfileRange } | null>()),
}
