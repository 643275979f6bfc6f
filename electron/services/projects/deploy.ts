/** Carrying a reviewed plan out, as a task whose steps are told one by one. */
import { readFile } from 'node:fs/promises'
import type { EngineClient } from '../../../engine/client/client.ts'
import { apply } from '../../../engine/compose/apply/apply.ts'
import type { StepView, TaskView } from '../../contract/tasks.ts'
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
  const tell = () => {
    const all = [...steps.values()]
    const done = all.filter(({ state }) => state === 'done').length
    handle.progress(
      { kind: 'steps', project: name, steps: all },
      { fraction: all.length === 0 ? 1 : done / all.length, bytesPerSecond: null, secondsLeft: null },
    )
  }
  await apply(plan.steps, {
    client,
    project: loaded.project,
    environment,
    read: (file) => readFile(file),
    signal: handle.signal,
    told: (progress) => {
      const before = steps.get(progress.step.number)
      if (!before) return
      const error =
        progress.kind === 'failed'
          ? progress.error instanceof Error
            ? progress.error.message
            : String(progress.error)
          : null
      const state = progress.kind === 'begin' ? 'running' : progress.kind
      steps.set(before.number, { ...before, state, error })
      tell()
    },
  })
}
