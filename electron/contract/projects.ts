/** Projects: compose stacks on an engine, the files that they are made of, and what `up` and `down` would do. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import type { PublishedPort } from './containers.ts'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'
import type { Done, ListMessage } from './live.ts'

/** How a whole project stands. A one-off job that ended with 0 is `done`, and does not make the rest look stopped. */
export type ProjectState =
  | 'running'
  | 'starting'
  | 'partial'
  | 'unhealthy'
  | 'restarting'
  | 'paused'
  | 'failed'
  | 'stopped'
  | 'done'
  | 'down'

/** A service of it, over all its containers. */
export interface ServiceSummary {
  readonly name: string
  readonly state: ProjectState
  readonly running: number
  readonly containers: number
}

/**
 * Where the files are: on this machine; not where the labels say, though the engine is on this machine; with an engine
 * that is elsewhere; or nobody said.
 */
export type FilesPlace = 'here' | 'missing' | 'elsewhere' | 'unknown'

export interface ProjectRow {
  readonly name: string
  readonly state: ProjectState
  readonly services: readonly ServiceSummary[]
  readonly running: number
  readonly done: number
  readonly ports: readonly PublishedPort[]
  readonly directory: string | null
  readonly files: readonly string[]
  readonly place: FilesPlace
  /** Edited and kept, but not deployed. */
  readonly draft: boolean
  /** When its newest container was made, ISO 8601; null while there is none. */
  readonly madeAt: string | null
}

/** One file of a project. Text null: it is not there. */
export interface ProjectFile {
  readonly path: string
  readonly name: string
  readonly kind: 'compose' | 'env'
  readonly text: string | null
  /** The person's own version of it, kept apart from the file. */
  readonly draft: string | null
  /** The file was changed by others after the draft was begun. */
  readonly overtaken: boolean
}

export interface ProjectFiles {
  readonly directory: string | null
  readonly place: FilesPlace
  readonly files: readonly ProjectFile[]
}

/** What is wrong or worth knowing, at a place in a file. Lines and columns count from 1. */
export interface FileProblem {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly remedy: string | null
}

/** A service as its files say it. */
export interface DeclaredService {
  readonly name: string
  readonly image: string
  readonly built: boolean
  readonly dependsOn: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  readonly ports: readonly string[]
  readonly scale: number
  readonly profiles: readonly string[]
}

export interface Diagnosis {
  readonly problems: readonly FileProblem[]
  /** Null while the files do not load. */
  readonly name: string | null
  readonly services: readonly DeclaredService[] | null
}

export interface CompletionItem {
  readonly label: string
  readonly kind: 'attribute' | 'word' | 'name' | 'template'
  readonly insert: string | null
  readonly detail: string | null
  readonly about: string | null
  readonly goesOn: boolean
}

/** One thing of the project and what becomes of it. */
export interface PlanChange {
  readonly kind: 'network' | 'volume' | 'image' | 'container'
  readonly name: string
  readonly service: string | null
  readonly verb:
    | 'keep'
    | 'create'
    | 'recreate'
    | 'start'
    | 'stop'
    | 'restart'
    | 'remove'
    | 'pull'
    | 'build'
    | 'warn'
  readonly reasons: readonly string[]
  readonly keeps: readonly string[]
  /** The numbers of the steps that do it. */
  readonly steps: readonly number[]
}

export interface PlanStep {
  readonly number: number
  readonly words: string
  readonly wait: boolean
  /** When it fails, what was replaced comes back. */
  readonly rollsBack: boolean
}

export interface PlanView {
  readonly changes: readonly PlanChange[]
  readonly steps: readonly PlanStep[]
  readonly warnings: readonly string[]
  /** Why it cannot be applied; empty when it can. */
  readonly refusals: readonly string[]
  /** What was reviewed: an apply of another plan than this is refused. */
  readonly fingerprint: string
  readonly command: string
}

export type PlanAnswer =
  | { readonly kind: 'plan'; readonly plan: PlanView }
  | { readonly kind: 'problems'; readonly problems: readonly FileProblem[] }

/** The map of a project: what is connected with what. */
export interface ProjectMap {
  readonly services: readonly {
    readonly name: string
    readonly image: string
    readonly dependsOn: readonly string[]
    readonly networks: readonly string[]
    readonly volumes: readonly string[]
  }[]
  readonly networks: readonly { readonly name: string; readonly external: boolean }[]
  readonly volumes: readonly { readonly name: string; readonly external: boolean }[]
}

const project = z.object({ engine: engineId, name: z.string().min(1).max(200) })
/** Texts by absolute path, in place of the files. */
const texts = z.record(z.string().max(4096), z.string().max(2_000_000))
const place = z.object({
  engine: engineId,
  path: z.string().max(4096),
  text: z.string().max(2_000_000),
  line: z.number().int().min(1),
  column: z.number().int().min(1),
})

/** What is to be planned. */
export const intent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('up'),
    services: z.array(z.string().max(200)).max(1000).optional(),
    recreate: z.enum(['changed', 'always', 'never']).optional(),
    removeOrphans: z.boolean().optional(),
    scale: z.record(z.string().max(200), z.number().int().min(0).max(1000)).optional(),
  }),
  z.object({
    kind: z.literal('down'),
    volumes: z.boolean().optional(),
    removeOrphans: z.boolean().optional(),
  }),
])
export type Intent = z.infer<typeof intent>

export const projects = {
  watch: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<ListMessage<ProjectRow>>())),
  /** The files with their drafts, at once and each time one changes on disk. */
  watchFiles: oc.errors(failures).input(project).output(eventIterator(type<ProjectFiles>())),
  /** Keeps texts as drafts; null takes a draft away. */
  saveDraft: oc
    .errors(failures)
    .input(project.extend({ texts: z.record(z.string().max(4096), z.string().max(2_000_000).nullable()) }))
    .output(type<void>()),
  diagnose: oc.errors(failures).input(project.extend({ texts })).output(type<Diagnosis>()),
  complete: oc
    .errors(failures)
    .input(place)
    .output(type<{ readonly from: number; readonly items: readonly CompletionItem[] } | null>()),
  hover: oc
    .errors(failures)
    .input(place)
    .output(
      type<{ readonly paragraphs: readonly string[]; readonly from: number; readonly to: number } | null>(),
    ),
  plan: oc.errors(failures).input(project.extend({ texts, intent })).output(type<PlanAnswer>()),
  /** Writes the texts to their files and carries the reviewed plan out, as a task. CONFLICT when it is not that plan. */
  apply: oc
    .errors(failures)
    .input(project.extend({ texts, intent, fingerprint: z.string().max(200) }))
    .output(type<Done & { readonly task: string }>()),
  /** Starts, stops or restarts what is there, of one service or of all. */
  act: oc
    .errors(failures)
    .input(
      project.extend({ service: z.string().max(200).nullable(), act: z.enum(['start', 'stop', 'restart']) }),
    )
    .output(type<Done>()),
  map: oc.errors(failures).input(project).output(type<ProjectMap>()),
  /** Makes the files known, where they are; answers the project's name. A folder stands for its compose file. */
  open: oc
    .errors(failures)
    .input(z.object({ engine: engineId, path: z.string().min(1).max(4096) }))
    .output(type<{ readonly name: string }>()),
  /** Where a new project's folder would be, for the form. */
  suggestFolder: oc
    .errors(failures)
    .input(z.object({ name: z.string().max(200) }))
    .output(type<{ readonly directory: string; readonly taken: boolean }>()),
  /** Makes a folder with a compose file. CONFLICT when there is one already. */
  create: oc
    .errors(failures)
    .input(
      project.extend({
        directory: z.string().min(1).max(4096),
        compose: z.string().max(2_000_000),
        env: z.string().max(2_000_000).nullable(),
      }),
    )
    .output(type<{ readonly name: string }>()),
  /** Compose YAML of containers as they are. */
  fromContainers: oc
    .errors(failures)
    .input(z.object({ engine: engineId, ids: z.array(z.string().max(200)).min(1).max(200) }))
    .output(type<{ readonly compose: string; readonly notes: readonly string[] }>()),
  /** Compose YAML of a docker run line. INVALID names the flag that is not known. */
  fromRunLine: oc
    .errors(failures)
    .input(z.object({ engine: engineId, line: z.string().max(20000) }))
    .output(type<{ readonly compose: string; readonly suggestedName: string }>()),
  /** Takes a project that is not up off the list, with its drafts; its files stay. */
  forget: oc.errors(failures).input(project).output(type<void>()),
}
