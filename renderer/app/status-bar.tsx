/** The foot of the window: the engine and its figures, the tasks, the way to the palette and to the panel. */
import { PanelBottom } from 'lucide-react'
import { SummaryLine } from '../features/engines/summary.tsx'
import { dock } from '../panels/dock/dock-store.ts'
import { runningWords, TaskItem } from '../panels/tasks/task-item.tsx'
import { useTasks } from '../panels/tasks/use-tasks.ts'
import type { EngineSummary } from '../rpc/views.ts'
import { IconButton } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Popover } from '../ui/popover.tsx'
import { ProgressRing } from '../ui/progress.tsx'
import { createStore, useStore } from '../ui/use-store.ts'
import { openDialog } from './dialogs.tsx'

/** Whether the task centre is open; a toast may open it. */
export const taskCentre = createStore(false)

export function StatusBar(props: { readonly engine: string; readonly summary: EngineSummary | null }) {
  const { open, tabs } = useStore(dock)
  return (
    <footer className="flex h-[26px] shrink-0 items-center justify-between gap-4 border-t border-line bg-rail pl-3.5 pr-2 text-12 text-soft">
      <SummaryLine engine={props.engine} summary={props.summary} />
      <div className="flex shrink-0 items-center gap-2">
        <TaskCentre />
        {tabs.length > 0 && (
          <IconButton
            size="small"
            side="top"
            label={open ? 'Hide terminals and logs' : 'Show terminals and logs'}
            keys="Ctrl J"
            className="h-5"
            onClick={() => dock.set((state) => ({ ...state, open: !state.open }))}
          >
            <PanelBottom />
          </IconButton>
        )}
        <button type="button" onClick={() => openDialog({ kind: 'palette' })} className="rounded">
          <span className="sr-only">Command palette</span>
          <Kbd keys="Ctrl K" />
        </button>
      </div>
    </footer>
  )
}

function TaskCentre() {
  const tasks = useTasks()
  const open = useStore(taskCentre)
  const running = tasks.filter((task) => task.state.kind === 'running')
  const first = running[0]
  return (
    <Popover
      label="Tasks"
      side="top"
      open={open}
      onOpenChange={(next) => taskCentre.set(next)}
      className="max-h-[60vh] w-[480px] overflow-y-auto"
      trigger={
        <button
          type="button"
          className="figures flex h-5 items-center gap-2 rounded px-1.5 hover:bg-hover data-[popup-open]:bg-hover"
        >
          {first?.state.kind === 'running' && (
            <>
              <ProgressRing fraction={first.state.fraction} />
              <span className="max-w-64 truncate font-medium text-text">{first.title}</span>
              <span>{runningWords(first.state)}</span>
            </>
          )}
          <span className="pl-1">
            {tasks.length === 0 ? 'no tasks' : `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`}
          </span>
        </button>
      }
    >
      <h2 className="border-b border-line px-4 py-2.5 font-semibold">Tasks</h2>
      {tasks.length === 0 ? (
        <p className="px-4 py-5 text-muted">
          Pulls and other long work stand here while they run, and after.
        </p>
      ) : (
        <ul>
          {tasks.map((task) => (
            <li key={task.id} className="border-b border-line last:border-0">
              <TaskItem task={task} open={tasks.length === 1} />
            </li>
          ))}
        </ul>
      )}
    </Popover>
  )
}
