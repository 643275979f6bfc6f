/** Carries a plan out from a terminal: told as it goes, stopped by ctrl-C. */
import { readFile } from 'node:fs/promises'
import { type ApplyOptions, apply } from '../../../engine/compose/apply/apply.ts'
import { bringUp, refuse } from '../../../engine/compose/apply/bring-up.ts'
import type { Project } from '../../../engine/compose/load/project.ts'
import { printChanges } from '../../../engine/compose/plan/change.ts'
import type { Plan, UpOptions } from '../../../engine/compose/plan/draft.ts'
import { accountFor, allAccounts } from '../../services/images/docker-config.ts'
import type { Call } from './command.ts'
import { teller } from './progress.ts'

/** How it is told and ended, where not as everywhere. */
export interface Manner {
  /** In place of ctrl-C. */
  readonly signal?: AbortSignal
  /** Says nothing of pulls. */
  readonly quietPull?: boolean
  /** It is an `up`, with these options: images that change are looked at again. */
  readonly up?: UpOptions
}

/** Ctrl-C lets what is under way finish, and leaves the rest to the next plan. With --dry-run the plan is only printed. */
export async function carryOut(plan: Plan, project: Project, call: Call, manner: Manner = {}): Promise<void> {
  for (const warning of plan.warnings) console.error(`warning: ${warning}`)
  if (call.options.dryRun) {
    console.log(printChanges(plan.changes))
    return
  }
  refuse(plan)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  if (!manner.signal) process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const { told, end, line, explain } = teller(call.options, plan.changes, process.stderr)
  const options: ApplyOptions = {
    client: await call.client(),
    project,
    environment: process.env,
    read: (file) => readFile(file),
    account: (reference) => accountFor(reference),
    accounts: () => allAccounts(),
    signal: manner.signal ?? stop.signal,
    told: (progress) => {
      if (!manner.quietPull || progress.action.kind !== 'pull') told(progress)
    },
    output: line,
    ...(call.options.parallel === undefined || call.options.parallel < 1
      ? {}
      : { limit: call.options.parallel }),
  }
  try {
    if (manner.up)
      await bringUp(
        plan,
        manner.up,
        options,
        () => call.observed(project),
        ({ changes }) => explain(changes),
      )
    else await apply(plan.steps, options)
  } finally {
    end()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
