/** Tells by a toast that a task ended while nobody looked at it. */
import { useEffect, useRef } from 'react'
import { useTasks } from '../panels/tasks/use-tasks.ts'
import { tell } from '../ui/toast.tsx'
import { dialogs } from './dialogs.tsx'
import { taskCentre } from './status-bar.tsx'

export function useTaskToasts(): void {
  const tasks = useTasks()
  const running = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    for (const task of tasks) {
      const inSight = taskCentre.get() || dialogs.get()?.kind === 'pull' || dialogs.get()?.kind === 'run'
      if (!running.current.has(task.id) || inSight) continue
      const act = { label: 'Show', run: () => taskCentre.set(true) }
      if (task.state.kind === 'done') tell('done', task.title, { description: task.state.result, act })
      if (task.state.kind === 'failed')
        tell('failed', `${task.title} failed`, { description: task.state.failure.message, act })
    }
    running.current = new Set(tasks.filter((task) => task.state.kind === 'running').map((task) => task.id))
  }, [tasks])
}
