/** Carrying a reviewed plan out, as a task whose steps are told one by one. */
import { readFile } from 'node:fs/promises'
import type { EngineClient } from '../../../engine/client/client.ts'
import { apply } from '../../../engine/compose/apply/apply.ts'
import { refuse } from '../../../engine/compose/apply/bring-up.ts'
import { type Action, describeAction } from '../../../engine/compose/plan/step.ts'
import type { StepView, TaskView } from '../../contract/tasks.ts'
import { accountFor, allAccounts } from '../images/docker-config.ts'
import type { TaskHandle } from '../tasks/tasks.ts'
import type { Planned } from './plan.ts'

/** What the task shows before anything is done. */
export function stepsOf(name: string, { plan, view }: Planned): TaskView['detail'] {
  return {
    kind: 'steps',
    project: name,
    steps: plan.steps.map(({ number }) => ({
      number,
      words: view.steps.find((step) => step.number === number)?.words ?? '',
      state: 'waiting',
      error: null,
    })),
  }
}

/** A step whose failure is forgiven has had its turn. */
const STATES = { begin: 'running', done: 'done', failed: 'failed', forgiven: 'done' } as const

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Applies the plan. Throws the first failure, when what was under way has ended. */
export async function deploy(
  client: EngineClient,
  name: string,
  planned: Planned,
  environment: Readonly<Record<string, string | undefined>>,
  handle: TaskHandle,
): Promise<void> {
  const { plan, loaded } = planned
  const first = stepsOf(name, planned)
  const steps = new Map<number, StepView>(
    first.kind === 'steps' ? first.steps.map((step) => [step.number, step]) : [],
  )
  const undoing = new Map<Action, number>()
  const undone = (action: Action): number => {
    const number = undoing.get(action) ?? plan.steps.length + undoing.size + 1
    undoing.set(action, number)
    return number
  }
  const tell = () => {
    const all = [...steps.values()]
    const done = all.filter(({ state }) => state === 'done').length
    handle.progress(
      { kind: 'steps', project: name, steps: all },
      { fraction: all.length === 0 ? 1 : done / all.length, bytesPerSecond: null, secondsLeft: null },
    )
  }
  refuse(plan)
  await apply(plan.steps, {
    client,
    project: loaded.project,
    environment,
    read: (file) => readFile(file),
    account: (reference) => accountFor(reference, environment),
    accounts: () => allAccounts(environment),
    signal: handle.signal,
    told: (progress) => {
      // What gives a container its place back is no step of the plan: it stands below them.
      const number = progress.number ?? undone(progress.action)
      const words = steps.get(number)?.words ?? describeAction(progress.action)
      const error = 'error' in progress ? messageOf(progress.error) : null
      const state = STATES[progress.kind]
      steps.set(number, { number, words, state, error })
      tell()
    },
  })
}
