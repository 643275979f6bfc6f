/**
 * The bottom panel: tabs of logs and terminals that belong to the window and not to a page. Which are open is kept in
 * the browser's storage; terminals themselves live in the services and are found there again.
 */
import { createStore } from '../../ui/use-store.ts'

export interface LogsTab {
  readonly kind: 'logs'
  readonly key: string
  readonly engine: string
  readonly container: string
  readonly name: string
}

export interface TerminalTab {
  readonly kind: 'terminal'
  readonly key: string
  readonly terminal: string
}

/** The logs of all services of a project, as one. */
export interface ProjectLogsTab {
  readonly kind: 'project-logs'
  readonly key: string
  readonly engine: string
  readonly project: string
}

export type DockTab = LogsTab | ProjectLogsTab | TerminalTab

export interface DockState {
  readonly open: boolean
  readonly tall: boolean
  readonly tabs: readonly DockTab[]
  readonly active: string | null
}

const KEY = 'longshore.dock'
const EMPTY: DockState = { open: false, tall: false, tabs: [], active: null }

/** The panel's state. */
export const dock = createStore<DockState>(restore())

dock.subscribe(() => localStorage.setItem(KEY, JSON.stringify(dock.get())))

/** Opens a container's log in a tab, or goes to the tab that shows it. */
export function openLogs(engine: string, container: string, name: string): void {
  show({ kind: 'logs', key: `logs:${engine}:${container}`, engine, container, name })
}

/** Opens the logs of a project, all services as one. */
export function openProjectLogs(engine: string, project: string): void {
  show({ kind: 'project-logs', key: `project-logs:${engine}:${project}`, engine, project })
}

/** Goes to the tab of a terminal, making it if need be. */
export function showTerminal(terminal: string): void {
  show(terminalTab(terminal))
}

function show(tab: DockTab): void {
  dock.set((state) => ({
    ...state,
    open: true,
    active: tab.key,
    tabs: state.tabs.some((each) => each.key === tab.key) ? state.tabs : [...state.tabs, tab],
  }))
}

/** Takes a tab away; its neighbour is shown. */
export function closeTab(key: string): void {
  dock.set((state) => {
    const at = state.tabs.findIndex((tab) => tab.key === key)
    if (at === -1) return state
    const tabs = state.tabs.filter((tab) => tab.key !== key)
    const next = state.active === key ? (tabs[Math.min(at, tabs.length - 1)]?.key ?? null) : state.active
    return { ...state, tabs, active: next, open: state.open && tabs.length > 0 }
  })
}

/** Brings the tabs in line with the terminals that the services have. */
export function reconcileTerminals(ids: readonly string[]): void {
  dock.set((state) => {
    const kept = state.tabs.filter((tab) => tab.kind !== 'terminal' || ids.includes(tab.terminal))
    const fresh = ids.map(terminalTab).filter((tab) => !kept.some((each) => each.key === tab.key))
    if (fresh.length === 0 && kept.length === state.tabs.length) return state
    const tabs = [...kept, ...fresh]
    const active = tabs.some((tab) => tab.key === state.active) ? state.active : (tabs[0]?.key ?? null)
    return { ...state, tabs, active, open: state.open && tabs.length > 0 }
  })
}

function terminalTab(terminal: string): TerminalTab {
  return { kind: 'terminal', key: `terminal:${terminal}`, terminal }
}

function restore(): DockState {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null') as DockState | null
    return stored && Array.isArray(stored.tabs) ? { ...EMPTY, ...stored } : EMPTY
  } catch {
    return EMPTY
  }
}
