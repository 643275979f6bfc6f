/** The frame of the window: rail, page, bottom panel, status bar, and what floats over them. */
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useSummary } from '../features/engines/summary.tsx'
import { Dock, useTerminalTabs } from '../panels/dock/dock.tsx'
import { dock } from '../panels/dock/dock-store.ts'
import { DensityContext } from '../ui/density.ts'
import { SplitPane } from '../ui/split-pane.tsx'
import { Toaster } from '../ui/toast.tsx'
import { useStore } from '../ui/use-store.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { Dialogs, dialogs } from './dialogs.tsx'
import { KeysOverlay } from './keys-overlay.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { useCurrentEngine } from './router.tsx'
import { StatusBar } from './status-bar.tsx'
import { useAppearance } from './theme.ts'
import { useTaskToasts } from './use-task-toasts.ts'
import { useWindowKeys } from './use-window-keys.ts'

/** The window's title names its page. */
function useTitle(): void {
  const name = useLocation({ select: (location) => location.pathname.split('/').at(-1) ?? '' })
  useEffect(() => {
    document.title = name === '' ? 'Longshore' : `${name.charAt(0).toUpperCase()}${name.slice(1)}, Longshore`
  }, [name])
}

export function Frame() {
  const { dark, density } = useAppearance()
  const engine = useCurrentEngine()
  const summary = useSummary(engine)
  const { open, tall, tabs } = useStore(dock)
  const dialog = useStore(dialogs)
  useTerminalTabs()
  useTitle()
  useTaskToasts()
  useWindowKeys(engine)
  const page = (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <ConnectionBanner />
      <Outlet />
    </main>
  )
  const showDock = open && tabs.length > 0
  return (
    <DensityContext value={density}>
      <div className="flex h-full flex-col">
        <div className="flex min-h-0 flex-1">
          <Rail engine={engine} summary={summary} />
          <SplitPane
            // Tall, the panel has a size of its own.
            key={tall ? 'tall' : 'normal'}
            name={tall ? 'dock-tall' : 'dock'}
            label="Height of the panel"
            direction="column"
            first={page}
            second={showDock ? <Dock /> : null}
            initial={tall ? 560 : 240}
            min={96}
            max={1200}
            keepFirst={tall ? 120 : 200}
          />
        </div>
        <StatusBar engine={engine} summary={summary} />
      </div>
      <Dialogs engine={engine} />
      {dialog?.kind === 'palette' && <Palette engine={engine} />}
      {dialog?.kind === 'keys' && <KeysOverlay />}
      <Toaster dark={dark} />
    </DensityContext>
  )
}
