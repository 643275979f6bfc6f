/** Images: the live list, pull by layer, removal. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'
import type { Done, ListMessage } from './live.ts'

export interface ImageRow {
  readonly id: string
  readonly tags: readonly string[]
  readonly digests: readonly string[]
  readonly createdAt: string | null
  readonly sizeBytes: number
  /** Containers that use it, by name. */
  readonly usedBy: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export interface ImageDetail {
  readonly row: ImageRow
  readonly platform: string
  readonly author: string
  readonly command: readonly string[]
  readonly entrypoint: readonly string[]
  readonly environment: readonly string[]
  readonly workingDirectory: string
  readonly user: string
  readonly exposedPorts: readonly string[]
  readonly volumes: readonly string[]
  /** Bottom first; size 0 for steps that added no files. */
  readonly history: readonly {
    readonly instruction: string
    readonly createdAt: string | null
    readonly sizeBytes: number
  }[]
  readonly raw: unknown
}

export const images = {
  watch: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<ListMessage<ImageRow>>())),
  detail: oc
    .errors(failures)
    .input(z.object({ engine: engineId, id: z.string() }))
    .output(type<ImageDetail>()),
  /** Starts a pull as a task; its progress by layer is in `tasks`. */
  pull: oc
    .errors(failures)
    .input(
      z.object({
        engine: engineId,
        reference: z.string().min(1).max(500),
        credentials: z.object({ username: z.string(), password: z.string() }).optional(),
      }),
    )
    .output(type<Done & { readonly task: string }>()),
  tag: oc
    .errors(failures)
    .input(z.object({ engine: engineId, id: z.string(), reference: z.string().min(1).max(500) }))
    .output(type<Done>()),
  remove: oc
    .errors(failures)
    .input(z.object({ engine: engineId, id: z.string(), force: z.boolean() }))
    .output(type<Done & { readonly untagged: readonly string[]; readonly deleted: readonly string[] }>()),
}
