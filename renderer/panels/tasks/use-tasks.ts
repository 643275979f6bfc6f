/** The tasks of this session, newest first. */
import { useMemo } from 'react'
import { useFeed, useSession } from '../../rpc/session.tsx'
import type { TaskView } from '../../rpc/views.ts'

const NONE: readonly TaskView[] = []

export function useTasks(): readonly TaskView[] {
  const tasks = useFeed(useSession().tasks) ?? NONE
  return useMemo(() => [...tasks].sort((one, other) => other.startedAt.localeCompare(one.startedAt)), [tasks])
}

/** One task by its id, or undefined. */
export function useTask(id: string | null): TaskView | undefined {
  return useTasks().find((task) => task.id === id)
}
