/** The dialogs that any page or key may open, one at a time. */
import { useNavigate } from '@tanstack/react-router'
import { RunDialog, type RunStart } from '../features/containers/run/run-dialog.tsx'
import { AddEngineDialog } from '../features/engines/add-engine-dialog.tsx'
import { PullDialog } from '../features/images/pull-dialog.tsx'
import { NewProjectDialog } from '../features/projects/new-project-dialog.tsx'
import { returnFocusTo } from '../ui/dialog.tsx'
import { createStore, useStore } from '../ui/use-store.ts'
import { useSwitchEngine } from './use-switch-engine.ts'

export type OpenDialog =
  | { readonly kind: 'run'; readonly start: RunStart }
  | { readonly kind: 'new-project'; readonly containers: readonly string[] }
  | { readonly kind: 'pull' }
  | { readonly kind: 'add-engine' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'keys' }

/** The open dialog, or null. */
export const dialogs = createStore<OpenDialog | null>(null)

export function openDialog(dialog: OpenDialog): void {
  dialogs.set(dialog)
}

export function closeDialog(): void {
  dialogs.set(null)
}

/** The list of the page, to which the single keys belong. */
export function listOfPage(): HTMLElement | null {
  return document.querySelector('main [role$="grid"]')
}

/** Those dialogs that belong to features. */
export function Dialogs(props: { readonly engine: string }) {
  const { engine } = props
  const open = useStore(dialogs)
  const navigate = useNavigate()
  const switchTo = useSwitchEngine()
  switch (open?.kind) {
    case 'run':
      return (
        <RunDialog
          engine={engine}
          start={open.start}
          onClose={closeDialog}
          onDone={(id) => {
            void navigate({ to: '/$engine/containers', params: { engine }, search: { id } }).finally(() => {
              returnFocusTo(listOfPage())
              closeDialog()
            })
          }}
        />
      )
    case 'pull':
      return (
        <PullDialog
          engine={engine}
          onClose={closeDialog}
          onRun={(image) => openDialog({ kind: 'run', start: { image } })}
        />
      )
    case 'new-project':
      return (
        <NewProjectDialog
          engine={engine}
          containers={open.containers}
          onClose={(name) => {
            closeDialog()
            if (name === null) return
            void navigate({
              to: '/$engine/projects',
              params: { engine },
              search: { id: name, tab: 'compose' },
            })
          }}
        />
      )
    case 'add-engine':
      return (
        <AddEngineDialog
          onClose={(added) => {
            closeDialog()
            if (added !== null) switchTo(added)
          }}
        />
      )
    default:
      return null
  }
}
