/** The bottom panel on screen: its tab bar, the tools of the shown tab, and that tab. */
import { ChevronDown, Maximize2, Minimize2, ScrollText, SquareTerminal, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useClient, useFeed, useSession } from '../../rpc/session.tsx'
import type { TerminalView as Terminal } from '../../rpc/views.ts'
import { IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { useStore } from '../../ui/use-store.ts'
import { LogView } from '../logs/log-view.tsx'
import { ProjectLog } from '../logs/project-log.tsx'
import { closeTab, type DockTab, dock, reconcileTerminals } from './dock-store.ts'

/** The emulator is the largest part of the page, and a window without a terminal does without it. */
const TerminalPanel = lazy(async () => ({
  default: (await import('../terminal/terminal-panel.tsx')).TerminalPanel,
}))

/** Keeps the tabs in line with the services' terminals, whether or not the panel is open. Stands in the frame. */
export function useTerminalTabs(): void {
  const terminals = useFeed(useSession().terminals)
  useEffect(() => {
    if (terminals) reconcileTerminals(terminals.map((terminal) => terminal.id))
  }, [terminals])
}

export function Dock() {
  const client = useClient()
  const state = useStore(dock)
  const terminals = useFeed(useSession().terminals) ?? []
  const [tools, setTools] = useState<HTMLElement | null>(null)
  const active = state.active
  useEffect(() => {
    document.getElementById(`dock-tab-${active}`)?.parentElement?.scrollIntoView({ inline: 'nearest' })
  }, [active])
  const shown = state.tabs.find((tab) => tab.key === state.active) ?? state.tabs[0]
  const labels = labelsOf(state.tabs, terminals)
  const close = (tab: DockTab) => {
    closeTab(tab.key)
    // A terminal that is gone already needs no closing.
    if (tab.kind === 'terminal') void client.terminals.close({ id: tab.terminal }).catch(() => {})
  }
  return (
    <section aria-label="Terminals and logs" className="flex min-h-0 flex-1 flex-col bg-rail">
      <div className="flex h-8 shrink-0 items-stretch border-b border-line">
        <div
          role="tablist"
          aria-label="Terminals and logs"
          className="flex min-w-0 flex-1 overflow-x-auto pl-3 [scrollbar-width:none]"
        >
          {state.tabs.map((tab) => {
            const label = labels.get(tab.key) ?? ''
            const on = tab.key === shown?.key
            return (
              <div
                key={tab.key}
                role="presentation"
                className={cx(
                  'group flex shrink-0 items-center border-r border-line',
                  on
                    ? 'bg-term text-term-text shadow-[inset_0_2px_0_var(--accent)]'
                    : 'text-soft hover:bg-hover',
                )}
              >
                <button
                  type="button"
                  role="tab"
                  id={`dock-tab-${tab.key}`}
                  aria-selected={on}
                  aria-controls="dock-content"
                  onClick={() => dock.set((before) => ({ ...before, active: tab.key }))}
                  onAuxClick={(event) => event.button === 1 && close(tab)}
                  onKeyDown={(event) => {
                    if (event.key === 'Delete') close(tab)
                    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
                    const next = state.tabs[state.tabs.indexOf(tab) + step]
                    if (step === 0 || !next) return
                    dock.set((before) => ({ ...before, active: next.key }))
                    document.getElementById(`dock-tab-${next.key}`)?.focus()
                  }}
                  tabIndex={on ? 0 : -1}
                  className="flex h-full items-center gap-2 pl-3 pr-1 text-13 font-medium outline-offset-[-2px]"
                >
                  {tab.kind === 'terminal' ? (
                    <SquareTerminal className="size-3.5" />
                  ) : (
                    <ScrollText className="size-3.5" />
                  )}
                  {label}
                </button>
                <button
                  type="button"
                  // For the pointer; a tablist may hold only tabs, and the keyboard closes one by Delete.
                  aria-hidden="true"
                  tabIndex={-1}
                  title={`Close ${label} (Del)`}
                  onClick={() => close(tab)}
                  className={cx(
                    'mr-1.5 flex size-5 items-center justify-center rounded opacity-0 hover:bg-[oklch(0.6_0.01_255/0.25)] group-hover:opacity-100',
                    on && 'opacity-70',
                  )}
                >
                  <X className="size-3.5" />
                </button>
              </div>
            )
          })}
        </div>
        <div
          ref={setTools}
          className="flex shrink-0 items-center gap-1 border-l border-line px-3 text-12 text-muted"
        />
        <div className="flex shrink-0 items-center pr-2">
          <IconButton
            size="small"
            side="top"
            label={state.tall ? 'Make the panel smaller' : 'Make the panel taller'}
            onClick={() => dock.set((before) => ({ ...before, tall: !before.tall }))}
          >
            {state.tall ? <Minimize2 /> : <Maximize2 />}
          </IconButton>
          <IconButton
            size="small"
            side="top"
            label="Hide the panel"
            keys="Ctrl J"
            onClick={() => dock.set((before) => ({ ...before, open: false }))}
          >
            <ChevronDown />
          </IconButton>
        </div>
      </div>
      <div
        id="dock-content"
        role="tabpanel"
        aria-label={(shown && labels.get(shown.key)) ?? 'Nothing'}
        className="flex min-h-0 flex-1 flex-col bg-term"
      >
        {shown?.kind === 'logs' && (
          <LogView
            key={shown.key}
            engine={shown.engine}
            container={shown.container}
            name={shown.name}
            tools={tools}
          />
        )}
        {shown?.kind === 'project-logs' && (
          <ProjectLog key={shown.key} engine={shown.engine} project={shown.project} tools={tools} />
        )}
        {shown?.kind === 'terminal' && (
          <Suspense>
            <TerminalPanel key={shown.key} id={shown.terminal} tools={tools} />
          </Suspense>
        )}
      </div>
    </section>
  )
}

/** By the tabs' keys; the second shell of a container has a number. */
function labelsOf(tabs: readonly DockTab[], terminals: readonly Terminal[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  return new Map(
    tabs.map((tab) => {
      const label = labelOf(tab, terminals)
      const count = (counts.get(label) ?? 0) + 1
      counts.set(label, count)
      return [tab.key, count === 1 ? label : `${label} ${count}`]
    }),
  )
}

function labelOf(tab: DockTab, terminals: readonly Terminal[]): string {
  if (tab.kind === 'logs') return `${tab.name}, logs`
  if (tab.kind === 'project-logs') return `${tab.project}, all logs`
  const terminal = terminals.find((each) => each.id === tab.terminal)
  if (!terminal) return 'terminal'
  const program = terminal.command[0]?.split('/').at(-1) ?? 'terminal'
  return `${terminal.containerName}, ${terminal.kind === 'attach' ? 'attached' : program}`
}
