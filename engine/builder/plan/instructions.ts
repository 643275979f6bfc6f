/** One instruction of a stage: its steps, and what it changes in the stage. */
import { posix } from 'node:path'
import type { StageInstruction, WorkdirInstruction } from '../parse/tree.ts'
import { planCopy } from './copy.ts'
import { originOf, type PlanContext, type Work } from './plan-context.ts'
import { planRun } from './run.ts'
import { applySetting } from './settings.ts'

export function planInstruction(plan: PlanContext, work: Work, instruction: StageInstruction): void {
  switch (instruction.kind) {
    case 'run':
      planRun(plan, work, instruction)
      return
    case 'copy':
    case 'add':
      planCopy(plan, work, instruction)
      return
    case 'workdir':
      planWorkdir(plan, work, instruction)
      return
    default:
      applySetting(plan, work, instruction)
  }
}

/** Relative paths stand on the one before; the folder is made, and is its user's. */
function planWorkdir(plan: PlanContext, work: Work, instruction: WorkdirInstruction): void {
  const { state, names } = work
  const path = posix.resolve('/', state.workdir, plan.expander.word(instruction.path, state))
  state.configure({ WorkingDir: path })
  if (path === '/') {
    state.record('WORKDIR /', null)
    return
  }
  const shown = plan.expander.text(instruction.text, (name) => state.env.get(name), {})
  state.advance(
    plan.graph.add({
      operation: {
        kind: 'mkdir',
        root: state.step === null ? null : 0,
        path,
        user: state.config.User ?? '',
      },
      inputs: state.step === null ? [] : [state.step],
      name: names.next(shown, work.trigger !== null),
      origin: originOf(work, instruction),
      fresh: state.fresh,
    }),
  )
  state.record(`WORKDIR ${path}`, state.step)
}
