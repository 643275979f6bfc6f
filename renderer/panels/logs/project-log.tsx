/** The logs of a project: every service with its colour, each to be muted by its name. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { Failure } from '../../rpc/views.ts'
import { cx } from '../../ui/cx.ts'
import type { LogSource } from './log-feed.ts'
import { LogPane } from './log-pane.tsx'
import { sourceColour } from './log-row.tsx'
import { MergedLog } from './merged-log.ts'

/** Lines asked for of each container. */
const TAIL = 1000

export function ProjectLog(props: {
  readonly engine: string
  readonly project: string
  readonly tools?: HTMLElement | null
}) {
  const { engine, project } = props
  const { rows } = useLiveList(useSession().containers(engine))
  const [log] = useState(() => new MergedLog())
  const [muted, setMuted] = useState<ReadonlySet<string>>(new Set())
  const [failure, setFailure] = useState<Failure | null>(null)
  const own = rows.filter((row) => row.project === project)
  const names = [...new Set(own.map((row) => row.service ?? row.name))].sort()
  const key = names.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the names
  const sources = useMemo(
    () => new Map<string, LogSource>(names.map((name, colour) => [name, { name, colour }])),
    [key],
  )
  useEffect(() => log.mute(muted), [log, muted])
  const toggle = (name: string) =>
    setMuted((before) => {
      const next = new Set(before)
      if (!next.delete(name)) next.add(name)
      return next
    })
  return (
    <>
      {own.map((row) => {
        const source = sources.get(row.service ?? row.name)
        return (
          source && (
            <Follow
              key={row.id}
              engine={engine}
              container={row.id}
              running={row.state.kind === 'running'}
              source={source}
              log={log}
              onFailure={setFailure}
            />
          )
        )
      })}
      <LogPane
        feed={log.feed}
        name={project}
        tools={props.tools}
        failure={failure}
        empty={
          own.length === 0 ? 'Nothing of this project is on the engine.' : 'Nothing has been written yet.'
        }
        lead={
          <fieldset aria-label="Services" className="mr-2 flex min-w-0 items-center gap-1">
            {[...sources.values()].map(({ name, colour }) => (
              <button
                key={name}
                type="button"
                aria-pressed={!muted.has(name)}
                title={muted.has(name) ? `Show ${name}` : `Mute ${name}`}
                onClick={() => toggle(name)}
                className={cx(
                  'flex h-6 items-center gap-1.5 rounded px-1.5 text-12 hover:bg-hover',
                  muted.has(name) ? 'text-muted line-through' : 'text-soft',
                )}
              >
                <span
                  aria-hidden="true"
                  className={cx('size-2 rounded-full', muted.has(name) && 'opacity-30')}
                  style={{ background: sourceColour(colour) }}
                />
                {name}
              </button>
            ))}
          </fieldset>
        }
      />
    </>
  )
}

/** Follows one container into the log, and draws nothing itself. */
function Follow(props: {
  readonly engine: string
  readonly container: string
  readonly running: boolean
  readonly source: LogSource
  readonly log: MergedLog
  readonly onFailure: (failure: Failure) => void
}) {
  const client = useClient()
  const after = useRef('')
  const [start, setStart] = useState(0)
  const ended = useRef(false)
  useEffect(() => {
    if (!props.running || !ended.current) return
    ended.current = false
    setStart((before) => before + 1)
  }, [props.running])
  useStream(
    `${props.engine}/${props.container}/${start}`,
    (signal) => {
      after.current = props.log.lastAt(props.container)
      const since = after.current === '' ? {} : { since: after.current }
      return client.logs.follow(
        { engine: props.engine, id: props.container, tail: TAIL, follow: true, ...since },
        { signal },
      )
    },
    (message) => {
      if (message.type === 'end') ended.current = true
      props.log.take(props.container, props.source, message, after.current)
    },
    (error) => props.onFailure(failureOf(error)),
  )
  return null
}
