/** The engine at the top of the rail: which one, how it stands, and the way to another. */
import { Check, ChevronsUpDown, Plus, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useFeed, useSession } from '../../rpc/session.tsx'
import { cx } from '../../ui/cx.ts'
import { Popover } from '../../ui/popover.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { engineStatus, engineWords } from './engine-words.ts'

export function EngineSwitcher(props: {
  readonly engine: string
  readonly compact: boolean
  readonly onSwitch: (engine: string) => void
  readonly onAdd: () => void
}) {
  const { engines: feed, client } = useSession()
  const engines = useFeed(feed) ?? []
  const [open, setOpen] = useState(false)
  const current = engines.find((engine) => engine.id === props.engine)
  return (
    <Popover
      label="Engines"
      open={open}
      onOpenChange={setOpen}
      align="start"
      className="w-72 p-1"
      trigger={
        <button
          type="button"
          className={cx(
            'flex h-11 w-full items-center gap-2.5 rounded-lg border border-line bg-raised text-left hover:border-line-strong data-[popup-open]:border-line-strong',
            props.compact ? 'justify-center px-0' : 'px-2.5',
          )}
        >
          <span className="sr-only">Switch engine, {props.compact && (current?.name ?? props.engine)}</span>
          {current ? (
            <StatusMark status={engineStatus(current)} word={engineWords(current)} />
          ) : (
            <StatusMark status="starting" word="connecting" />
          )}
          {!props.compact && (
            <>
              <span className="flex min-w-0 flex-1 flex-col">
                <span className="truncate font-semibold leading-4">{current?.name ?? props.engine}</span>
                <span className="truncate text-11 text-muted">
                  {current ? engineWords(current) : 'connecting'}
                </span>
              </span>
              <ChevronsUpDown className="size-4 text-muted" />
            </>
          )}
        </button>
      }
    >
      <ul>
        {engines.map((engine) => (
          <li key={engine.id} className="flex items-center">
            <button
              type="button"
              aria-current={engine.id === props.engine}
              onClick={() => {
                setOpen(false)
                props.onSwitch(engine.id)
              }}
              className="flex h-11 min-w-0 flex-1 items-center gap-2.5 rounded px-2 text-left hover:bg-hover"
            >
              <StatusMark status={engineStatus(engine)} word={engineWords(engine)} />
              <span className="flex min-w-0 flex-1 flex-col">
                <span className="truncate font-medium leading-4">{engine.name}</span>
                <span className="truncate text-11 text-muted">{engineWords(engine)}</span>
              </span>
              {engine.id === props.engine && <Check className="size-4 text-link" />}
            </button>
            {engine.state.kind === 'unreachable' && (
              <button
                type="button"
                aria-label={`Reconnect ${engine.name}`}
                title="Reconnect"
                onClick={() => void client.engines.reconnect({ engine: engine.id }).catch(() => {})}
                className="flex size-8 items-center justify-center rounded text-muted hover:bg-hover hover:text-text"
              >
                <RotateCw className="size-4" />
              </button>
            )}
          </li>
        ))}
      </ul>
      <div className="my-1 h-px bg-line" />
      <button
        type="button"
        onClick={() => {
          setOpen(false)
          props.onAdd()
        }}
        className="flex h-8 w-full items-center gap-2.5 rounded px-2 hover:bg-hover"
      >
        <Plus className="size-4 text-muted" /> Add endpoint
      </button>
    </Popover>
  )
}
