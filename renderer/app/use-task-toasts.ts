/** Tells by a toast that a task ended while nobody looked at it. */
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTasks } from '../panels/tasks/use-tasks.ts'
import type { TaskView } from '../rpc/views.ts'
import { tell } from '../ui/toast.tsx'
import { dialogs } from './dialogs.tsx'
import { taskCentre } from './status-bar.tsx'

export function useTaskToasts(): void {
  const tasks = useTasks()
  const navigate = useNavigate()
  const location = useLocation()
  const shown = String((location.search as { readonly id?: unknown }).id ?? '')
  const running = useRef<ReadonlySet<string>>(new Set())
  // biome-ignore lint/correctness/useExhaustiveDependencies: only an end is told, not a change of the page after it
  useEffect(() => {
    for (const task of tasks) {
      if (!running.current.has(task.id) || isInSight(task, shown)) continue
      const { detail, engine, state } = task
      const run =
        detail.kind === 'build'
          ? () => void navigate({ to: '/$engine/builds', params: { engine }, search: { id: detail.build } })
          : () => taskCentre.set(true)
      const act = { label: 'Show', run }
      if (state.kind === 'done') tell('done', task.title, { description: state.result, act })
      if (state.kind === 'failed')
        tell('failed', `${task.title} failed`, { description: state.failure.message, act })
    }
    running.current = new Set(tasks.filter((task) => task.state.kind === 'running').map((task) => task.id))
  }, [tasks])
}

/** A person who looks at it need not be told. `shown` is what the page is of. */
function isInSight({ detail }: TaskView, shown: string): boolean {
  const kind = dialogs.get()?.kind
  if (taskCentre.get() || kind === 'pull' || kind === 'run') return true
  if (detail.kind === 'build') return shown === detail.build
  return detail.kind === 'steps' && shown === detail.project
}
