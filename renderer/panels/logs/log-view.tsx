/** A container's log, followed. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient, useLiveList, useSession } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { Failure } from '../../rpc/views.ts'
import { downloadLog } from './download-log.ts'
import { LogFeed } from './log-feed.ts'
import { LogPane } from './log-pane.tsx'

/** Lines asked for when a log is opened. */
const TAIL = 5000

export function LogView(props: {
  readonly engine: string
  readonly container: string
  readonly name: string
  /** Where the tools go; without it they stand above the lines. */
  readonly tools?: HTMLElement | null
}) {
  const client = useClient()
  const [feed] = useState(() => new LogFeed())
  const version = useSyncExternalStore(feed.subscribe, feed.version)
  const [failure, setFailure] = useState<Failure | null>(null)
  const after = useRef('')

  // A log that ended with its container goes on when the container is started again.
  const list = useSession().containers(props.engine)
  const running = useLiveList(list).rows.find((row) => row.id === props.container)?.state.kind === 'running'
  const [start, setStart] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whether it ended is told by a new version
  useEffect(() => {
    if (!running || !feed.ended) return
    feed.ended = false
    setStart((before) => before + 1)
  }, [running, version, feed])

  useStream(
    `${props.engine}/${props.container}/${start}`,
    (signal) => {
      after.current = feed.lastAt
      const since = feed.lastAt === '' ? {} : { since: feed.lastAt }
      return client.logs.follow(
        { engine: props.engine, id: props.container, tail: TAIL, follow: true, ...since },
        { signal },
      )
    },
    (message) => feed.take(message, after.current),
    (error) => setFailure(failureOf(error)),
  )

  return (
    <LogPane
      feed={feed}
      name={props.name}
      tools={props.tools}
      failure={failure}
      onDownload={() =>
        void downloadLog(client, props.engine, props.container, props.name).catch((error: unknown) =>
          setFailure(failureOf(error)),
        )
      }
    />
  )
}
