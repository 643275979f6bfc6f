/** Terminals: exec sessions that belong to the services, with their screen and scrollback, and outlive the page. */
import { eventIterator, oc, type } from '@orpc/contract'
import * as z from 'zod'
import { engineId } from './engines.ts'
import { failures } from './failures.ts'

export interface TerminalView {
  readonly id: string
  readonly engine: string
  readonly container: string
  readonly containerName: string
  readonly command: readonly string[]
  readonly kind: 'exec' | 'attach'
  readonly rows: number
  readonly cols: number
  readonly state:
    | { readonly kind: 'live' }
    | { readonly kind: 'ended'; readonly exitCode: number | null; readonly reason: string | null }
}

/** First a snapshot (serialised screen and scrollback), then bytes as they come. */
export type TerminalMessage =
  | { readonly type: 'snapshot'; readonly data: string; readonly rows: number; readonly cols: number }
  | { readonly type: 'data'; readonly data: Uint8Array }
  | { readonly type: 'ended'; readonly exitCode: number | null; readonly reason: string | null }

const size = { rows: z.number().int().min(1).max(1000), cols: z.number().int().min(1).max(1000) }

export const terminals = {
  /** Every open terminal, at once and at each change. */
  watch: oc.errors(failures).output(eventIterator(type<readonly TerminalView[]>())),
  /** Opens a shell (the first of bash, zsh, ash, sh that exists) or `command` in a running container, or attaches to its own terminal. */
  open: oc
    .errors(failures)
    .input(
      z.object({
        engine: engineId,
        container: z.string(),
        kind: z.enum(['exec', 'attach']),
        command: z.array(z.string()).optional(),
        user: z.string().optional(),
        ...size,
      }),
    )
    .output(type<TerminalView>()),
  /** Any number of pages may look at one terminal; a slow one is paused, never dropped. */
  attach: oc
    .errors(failures)
    .input(z.object({ id: z.string() }))
    .output(eventIterator(type<TerminalMessage>())),
  /** Keys and pastes, in order; resolves when handed to the engine (back-pressure for long pastes). */
  write: oc
    .errors(failures)
    .input(z.object({ id: z.string(), data: z.string().max(1_000_000) }))
    .output(type<void>()),
  resize: oc
    .errors(failures)
    .input(z.object({ id: z.string(), ...size }))
    .output(type<void>()),
  /** Ends the session if live and forgets it. */
  close: oc
    .errors(failures)
    .input(z.object({ id: z.string() }))
    .output(type<void>()),
}
