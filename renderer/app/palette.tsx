/** The command palette: pages, containers of every engine, images, and what can be done with what is selected. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Command } from 'cmdk'
import {
  Box,
  Disc3,
  Download,
  Keyboard,
  Layers,
  Moon,
  Play,
  Plus,
  RotateCw,
  ScrollText,
  Server,
  Square,
  SquareTerminal,
  Sun,
} from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { actOnProject } from '../features/projects/acts.ts'
import { actOn, mainAct, noteFailure } from '../panels/containers/acts.ts'
import { ContainerMark } from '../panels/containers/state-words.tsx'
import { openLogs, openProjectLogs } from '../panels/dock/dock-store.ts'
import { openTerminal } from '../panels/dock/open-terminal.ts'
import { type Session, useFeed, useLiveList, useSession } from '../rpc/session.tsx'
import type { ContainerRow, EngineView } from '../rpc/views.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { closeDialog, openDialog } from './dialogs.tsx'
import { PAGES, SETTINGS_PAGE } from './pages.ts'
import { useSwitchEngine } from './use-switch-engine.ts'

interface Entry {
  readonly id: string
  readonly group: string
  readonly label: string
  readonly note?: string
  readonly icon: ReactNode
  readonly keys?: string
  readonly run: () => void
}

/** No more than these are drawn, however many match. */
const SHOWN = 60
const RECENT = 'longshore.recent'

export function Palette(props: { readonly engine: string }) {
  const [query, setQuery] = useState('')
  const entries = useEntries(props.engine)
  const box = useRef<HTMLInputElement>(null)
  const recent = useMemo<readonly string[]>(() => readRecent(), [])
  const shown = useMemo(() => rank(entries, query, recent), [entries, query, recent])
  const groups = [...new Set(shown.map((entry) => entry.group))]
  const choose = (entry: Entry) => {
    localStorage.setItem(
      RECENT,
      JSON.stringify([entry.id, ...recent.filter((id) => id !== entry.id)].slice(0, 20)),
    )
    closeDialog()
    entry.run()
  }
  return (
    <Dialog open onClose={closeDialog} title="Go or do" width={620} first={box}>
      <Command shouldFilter={false} label="Command palette" className="flex min-h-0 flex-col">
        <Command.Input
          ref={box}
          value={query}
          onValueChange={setQuery}
          placeholder="A page, a project, a container, an image, an action"
          className="h-11 shrink-0 border-b border-line bg-transparent px-5 text-15 outline-none"
        />
        <Command.List className="max-h-[420px] min-h-0 overflow-y-auto p-1.5">
          <Command.Empty className="px-3.5 py-6 text-muted">Nothing here is called that.</Command.Empty>
          {groups.map((group) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-3.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-11 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
            >
              {shown
                .filter((entry) => entry.group === group)
                .map((entry) => (
                  <Command.Item
                    key={entry.id}
                    value={entry.id}
                    onSelect={() => choose(entry)}
                    className="flex h-8 select-none items-center gap-2.5 rounded-control px-3.5 aria-selected:bg-selected [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
                  >
                    {entry.icon}
                    <span className="truncate">{entry.label}</span>
                    {entry.note && <span className="truncate text-12 text-muted">{entry.note}</span>}
                    {entry.keys && <Kbd keys={entry.keys} className="ml-auto" />}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  )
}

function useEntries(engine: string): readonly Entry[] {
  const session = useSession()
  const { client } = session
  const navigate = useNavigate()
  const switchTo = useSwitchEngine()
  const engines = useFeed(session.engines) ?? []
  const images = useLiveList(session.images(engine)).rows
  const projects = useLiveList(session.projects(engine)).rows
  const containers = useEveryContainer(session, engines)
  const { id: selected } = useSearch({ strict: false })
  const entries: Entry[] = []
  const current = containers.find((each) => each.engine.id === engine && each.row.id === selected)?.row
  if (current) {
    const group = `With ${current.name}`
    const main = mainAct(current)
    const label = main === 'stop' ? 'Stop' : main === 'unpause' ? 'Resume' : 'Start'
    entries.push(
      {
        id: 'act:main',
        group,
        label: `${label} ${current.name}`,
        icon: main === 'stop' ? <Square /> : <Play />,
        keys: 'S',
        run: () => void actOn(client, engine, current.id, main),
      },
      {
        id: 'act:restart',
        group,
        label: `Restart ${current.name}`,
        icon: <RotateCw />,
        keys: 'R',
        run: () => void actOn(client, engine, current.id, 'restart'),
      },
      {
        id: 'act:logs',
        group,
        label: `Logs of ${current.name}`,
        icon: <ScrollText />,
        keys: 'L',
        run: () => openLogs(engine, current.id, current.name),
      },
      {
        id: 'act:terminal',
        group,
        label: `Terminal in ${current.name}`,
        icon: <SquareTerminal />,
        keys: 'T',
        run: () =>
          void openTerminal(client, engine, current.id).catch((error: unknown) =>
            noteFailure(engine, current.id, error),
          ),
      },
    )
  }
  const project = projects.find((row) => row.name === selected)
  if (project && !current) {
    const group = `With ${project.name}`
    const up = project.running > 0
    entries.push(
      {
        id: 'act:project',
        group,
        label: `${up ? 'Stop' : 'Start'} ${project.name}`,
        icon: up ? <Square /> : <Play />,
        keys: 'S',
        run: () => void actOnProject(client, engine, project.name, null, up ? 'stop' : 'start'),
      },
      {
        id: 'act:project-restart',
        group,
        label: `Restart ${project.name}`,
        icon: <RotateCw />,
        keys: 'R',
        run: () => void actOnProject(client, engine, project.name, null, 'restart'),
      },
      {
        id: 'act:project-logs',
        group,
        label: `Logs of ${project.name}`,
        icon: <ScrollText />,
        keys: 'L',
        run: () => openProjectLogs(engine, project.name),
      },
    )
  }
  entries.push(
    {
      id: 'do:run',
      group: 'Actions',
      label: 'Run container',
      icon: <Play />,
      run: () => openDialog({ kind: 'run', start: {} }),
    },
    {
      id: 'do:project',
      group: 'Actions',
      label: 'New project',
      icon: <Plus />,
      run: () => openDialog({ kind: 'new-project', containers: [] }),
    },
    {
      id: 'do:pull',
      group: 'Actions',
      label: 'Pull image',
      icon: <Download />,
      run: () => openDialog({ kind: 'pull' }),
    },
    {
      id: 'do:endpoint',
      group: 'Actions',
      label: 'Add endpoint',
      icon: <Plus />,
      run: () => openDialog({ kind: 'add-engine' }),
    },
    {
      id: 'do:light',
      group: 'Actions',
      label: 'Light theme',
      icon: <Sun />,
      run: () => void client.settings.update({ theme: 'light' }).catch(() => {}),
    },
    {
      id: 'do:dark',
      group: 'Actions',
      label: 'Dark theme',
      icon: <Moon />,
      run: () => void client.settings.update({ theme: 'dark' }).catch(() => {}),
    },
    {
      id: 'do:keys',
      group: 'Actions',
      label: 'Show the keys',
      icon: <Keyboard />,
      keys: '?',
      run: () => openDialog({ kind: 'keys' }),
    },
  )
  for (const page of [...PAGES, SETTINGS_PAGE]) {
    entries.push({
      id: `page:${page.label}`,
      group: 'Pages',
      label: page.label,
      icon: <page.icon />,
      keys: page.keys,
      run: () => void navigate({ to: page.to, params: { engine }, search: {} }),
    })
  }
  for (const other of engines) {
    if (other.id === engine) continue
    entries.push({
      id: `engine:${other.id}`,
      group: 'Engines',
      label: `Switch to ${other.name}`,
      icon: <Server />,
      run: () => switchTo(other.id),
    })
  }
  for (const row of projects) {
    entries.push({
      id: `project:${engine}:${row.name}`,
      group: 'Projects',
      label: row.name,
      note: row.services.length > 0 ? `${row.running} running` : 'not up',
      icon: <Layers />,
      run: () => void navigate({ to: '/$engine/projects', params: { engine }, search: { id: row.name } }),
    })
  }
  for (const { engine: at, row } of containers) {
    entries.push({
      id: `container:${at.id}:${row.id}`,
      group: 'Containers',
      label: row.name,
      note: at.id === engine ? row.image : `${row.image}, on ${at.name}`,
      icon: containers.length <= SHOWN ? <ContainerMark row={row} pending={undefined} /> : <Box />,
      run: () =>
        void navigate({ to: '/$engine/containers', params: { engine: at.id }, search: { id: row.id } }),
    })
  }
  for (const row of images) {
    for (const tag of row.tags) {
      entries.push({
        id: `image:${tag}`,
        group: 'Images',
        label: tag,
        icon: <Disc3 />,
        run: () => void navigate({ to: '/$engine/images', params: { engine }, search: { id: row.id } }),
      })
    }
  }
  return entries
}

interface Found {
  readonly engine: EngineView
  readonly row: ContainerRow
}

/** The containers of every engine that answers, while the palette is open. */
function useEveryContainer(session: Session, engines: readonly EngineView[]): readonly Found[] {
  const [found, setFound] = useState<readonly Found[]>([])
  const key = engines.map((engine) => `${engine.id}:${engine.state.kind}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the engines
  useEffect(() => {
    const connected = engines.filter((engine) => engine.state.kind === 'connected')
    const gather = () =>
      setFound(
        connected.flatMap((engine) =>
          session
            .containers(engine.id)
            .get()
            .rows.map((row) => ({ engine, row })),
        ),
      )
    const stops = connected.map((engine) => session.containers(engine.id).subscribe(gather))
    gather()
    return () => {
      for (const stop of stops) stop()
    }
  }, [session, key])
  return found
}

/** The entries that hold every word, those that start with the query and those used lately first. */
function rank(entries: readonly Entry[], query: string, recent: readonly string[]): readonly Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const scored: { entry: Entry; score: number }[] = []
  for (const entry of entries) {
    const label = entry.label.toLowerCase()
    const text = `${label} ${entry.note?.toLowerCase() ?? ''} ${entry.group.toLowerCase()}`
    if (!words.every((word) => text.includes(word))) continue
    const used = recent.indexOf(entry.id)
    const start = words[0] !== undefined && label.startsWith(words[0]) ? 40 : 0
    scored.push({
      entry,
      score: start + (used === -1 ? 0 : 20 - used) + (entry.id.startsWith('act:') ? 10 : 0),
    })
  }
  return scored
    .sort((one, other) => other.score - one.score)
    .slice(0, SHOWN)
    .map((each) => each.entry)
}

function readRecent(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]')
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}
