/** Logs: a window over a container's log, followed with back-pressure. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'

/** One line; `text` may hold ANSI sequences. `at` is ISO 8601 with nanoseconds as the engine gave it. */
export interface LogLine {
  readonly sequence: number
  readonly at: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

export type LogMessage =
  | { readonly type: 'lines'; readonly lines: readonly LogLine[] }
  | { readonly type: 'skipped'; readonly count: number } // the reader was slower than the log; the lines are still stored
  | { readonly type: 'mark'; readonly at: string; readonly text: string } // started, exited, restarted
  | { readonly type: 'end' }

export const logs = {
  follow: oc
    .errors(failures)
    .input(
      z.object({
        engine: engineId,
        id: z.string(),
        tail: z.number().int().min(0).max(100000),
        follow: z.boolean(),
        since: z.string().optional(),
        until: z.string().optional(),
      }),
    )
    .output(eventIterator(type<LogMessage>())),
}
