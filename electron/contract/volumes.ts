/** Volumes: the live list, create, remove. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'
import type { Done, ListMessage } from './live.ts'

export interface VolumeRow {
  readonly name: string
  readonly driver: string
  readonly createdAt: string | null
  readonly mountpoint: string
  /** Named by an engine, not by a person. */
  readonly anonymous: boolean
  readonly usedBy: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly raw: unknown
}

export const volumes = {
  watch: oc
    .errors(failures)
    .input(z.object({ engine: engineId }))
    .output(eventIterator(type<ListMessage<VolumeRow>>())),
  create: oc
    .errors(failures)
    .input(
      z.object({
        engine: engineId,
        name: z.string().max(255),
        labels: z.record(z.string(), z.string()).optional(),
      }),
    )
    .output(type<Done & { readonly name: string }>()),
  remove: oc
    .errors(failures)
    .input(z.object({ engine: engineId, name: z.string(), force: z.boolean() }))
    .output(type<Done>()),
}
