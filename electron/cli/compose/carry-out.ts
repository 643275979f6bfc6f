/** Carries a plan out from a terminal: told as it goes, stopped by ctrl-C. */
import { readFile } from 'node:fs/promises'
import { apply } from '../../../engine/compose/apply/apply.ts'
import type { Project } from '../../../engine/compose/load/project.ts'
import { printChanges } from '../../../engine/compose/plan/change.ts'
import type { Plan } from '../../../engine/compose/plan/draft.ts'
import type { Call } from './command.ts'
import { teller } from './progress.ts'

/** Ctrl-C lets what is under way finish, and leaves the rest to the next plan. With --dry-run the plan is only printed. */
export async function carryOut(plan: Plan, project: Project, call: Call): Promise<void> {
  for (const warning of plan.warnings) console.error(`warning: ${warning}`)
  if (call.options.dryRun) {
    console.log(printChanges(plan.changes))
    return
  }
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const { told, end } = teller(call.options, plan.changes, process.stderr)
  try {
    await apply(plan.steps, {
      client: await call.client(),
      project,
      environment: process.env,
      read: (file) => readFile(file),
      signal: stop.signal,
      told,
      ...(call.options.parallel === undefined || call.options.parallel < 1
        ? {}
        : { limit: call.options.parallel }),
    })
  } finally {
    end()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
