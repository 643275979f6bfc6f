/** Settings of the application, kept in its state folder and shared by every window. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { failures } from './failures.ts'

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  engine: z.string(),
  welcomed: z.boolean(),
})
export type Settings = z.infer<typeof settingsSchema>

/** One act of this session as the docker line that says the same. */
export interface CommandRecord {
  readonly at: string
  readonly engine: string
  readonly command: string
  readonly ok: boolean
}

export const settings = {
  watch: oc.errors(failures).output(eventIterator(type<Settings>())),
  update: oc.errors(failures).input(settingsSchema.partial()).output(type<Settings>()),
  commandLog: oc.errors(failures).output(type<readonly CommandRecord[]>()),
  about: oc.errors(failures).output(
    type<{
      readonly version: string
      readonly shell: 'desktop' | 'headless'
      readonly node: string
      readonly stateDirectory: string
    }>(),
  ),
}
