/** One container beside the list: what it is, how it does, its log, and all that the engine says of it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  Ellipsis,
  PanelRightClose,
  Pause,
  Pencil,
  Play,
  RotateCw,
  Skull,
  Square,
  SquareTerminal,
  Trash2,
  Unplug,
} from 'lucide-react'
import { useState } from 'react'
import {
  type Act,
  actFailures,
  actKey,
  actOn,
  forgetFailure,
  mainAct,
  noteFailure,
  pendingActs,
} from '../../panels/containers/acts.ts'
import { ContainerMark, StateWords } from '../../panels/containers/state-words.tsx'
import { openLogs } from '../../panels/dock/dock-store.ts'
import { openTerminal } from '../../panels/dock/open-terminal.ts'
import { LogView } from '../../panels/logs/log-view.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ContainerRow } from '../../rpc/views.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { CopyableId } from '../../ui/copy-button.tsx'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useStore } from '../../ui/use-store.ts'
import { OverviewTab } from './overview-tab.tsx'
import { RenameDialog } from './rename-dialog.tsx'

export function ContainerDetail(props: {
  readonly engine: string
  readonly row: ContainerRow
  readonly tab: string
  readonly onTab: (tab: string) => void
  readonly onClose: () => void
  readonly onRemove: () => void
}) {
  const { engine, row } = props
  const client = useClient()
  const key = actKey(engine, row.id)
  const pending = useStore(pendingActs).get(key)
  const trouble = useStore(actFailures).get(key)
  const [renaming, setRenaming] = useState(false)
  const detail = useQuery({
    // A patched row is another object: what the engine says of it is read again.
    queryKey: ['container', engine, row.id, row.name, JSON.stringify(row.state)],
    queryFn: () => client.containers.detail({ engine, id: row.id }),
    placeholderData: keepPreviousData,
  })
  const act = (which: Act) => void actOn(client, engine, row.id, which)
  const terminal = (kind: 'exec' | 'attach') =>
    void openTerminal(client, engine, row.id, kind).catch((error: unknown) =>
      noteFailure(engine, row.id, error),
    )
  const running = row.state.kind === 'running'
  const main = mainAct(row)
  const restarts = detail.data?.restartCount ?? 0
  return (
    <section aria-label={`Container ${row.name}`} className="flex min-h-0 flex-1 flex-col bg-raised">
      <header className="flex shrink-0 flex-col gap-1 px-5 pt-3.5">
        <div className="flex items-center gap-2">
          <ContainerMark row={row} pending={pending} />
          <h2 className="truncate text-15 font-semibold">{row.name}</h2>
          {row.project && <Badge>{row.project}</Badge>}
          <IconButton
            size="small"
            label="Close the detail"
            keys="Esc"
            className="ml-auto"
            onClick={props.onClose}
          >
            <PanelRightClose />
          </IconButton>
        </div>
        <p className="figures truncate text-soft">
          {row.image} <CopyableId id={row.id} short={row.id.slice(0, 12)} />,{' '}
          <StateWords state={row.state} pending={pending} />
          {restarts > 0 && `, restarted ${restarts} ${restarts === 1 ? 'time' : 'times'}`}
        </p>
        <div className="flex flex-wrap items-center gap-2 py-2.5">
          <Button disabled={pending !== undefined} onClick={() => act(main)}>
            {main === 'stop' ? <Square /> : <Play />}
            {main === 'stop' ? 'Stop' : main === 'unpause' ? 'Resume' : 'Start'}
          </Button>
          <Button disabled={pending !== undefined || !running} onClick={() => act('restart')}>
            <RotateCw /> Restart
          </Button>
          <Button disabled={!running} onClick={() => terminal('exec')}>
            <SquareTerminal /> Terminal
          </Button>
          <Menu
            align="start"
            trigger={
              <IconButton label="More">
                <Ellipsis />
              </IconButton>
            }
            entries={[
              {
                label: 'Logs in the panel',
                icon: <PanelRightClose />,
                keys: 'L',
                onSelect: () => openLogs(engine, row.id, row.name),
              },
              ...(row.terminal
                ? [
                    {
                      label: 'Attach to its terminal',
                      icon: <Unplug />,
                      disabled: !running,
                      onSelect: () => terminal('attach'),
                    },
                  ]
                : []),
              'line',
              row.state.kind === 'paused'
                ? { label: 'Resume', icon: <Play />, onSelect: () => act('unpause') }
                : { label: 'Pause', icon: <Pause />, disabled: !running, onSelect: () => act('pause') },
              { label: 'Kill', icon: <Skull />, disabled: !running, onSelect: () => act('kill') },
              { label: 'Rename', icon: <Pencil />, onSelect: () => setRenaming(true) },
              'line',
              { label: 'Remove', icon: <Trash2 />, keys: 'Del', danger: true, onSelect: props.onRemove },
            ]}
          />
        </div>
        {trouble && (
          <ErrorNote
            trouble={trouble}
            className="mb-3"
            act={
              <Button size="small" kind="quiet" onClick={() => forgetFailure(engine, row.id)}>
                Close
              </Button>
            }
          />
        )}
      </header>
      <Tabs
        label={`Of ${row.name}`}
        value={props.tab}
        onChange={props.onTab}
        tabs={[
          {
            id: 'overview',
            label: 'Overview',
            content: detail.error ? (
              <ErrorNote trouble={failureOf(detail.error)} className="m-5" />
            ) : (
              <OverviewTab engine={engine} row={row} detail={detail.data} />
            ),
          },
          {
            id: 'logs',
            label: 'Logs',
            content: <LogView engine={engine} container={row.id} name={row.name} />,
          },
          {
            id: 'inspect',
            label: 'Inspect',
            content: detail.data && <JsonTree value={detail.data.raw} label={`All of ${row.name}`} />,
          },
        ]}
      />
      {renaming && <RenameDialog engine={engine} row={row} onClose={() => setRenaming(false)} />}
    </section>
  )
}
