/** What a step wrote, or the whole build, as it comes. */
import { useState } from 'react'
import { LogFeed } from '../../panels/logs/log-feed.ts'
import { LogPane } from '../../panels/logs/log-pane.tsx'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { Failure } from '../../rpc/views.ts'

export function StepLog(props: {
  readonly engine: string
  readonly build: string
  readonly name: string
  /** All steps without one. */
  readonly step?: string
}) {
  const { engine, build, step } = props
  const client = useClient()
  const [feed] = useState(() => new LogFeed())
  const [failure, setFailure] = useState<Failure | null>(null)
  useStream(
    `${engine}/${build}/${step ?? ''}`,
    (signal) => client.builds.log({ engine, id: build, ...(step === undefined ? {} : { step }) }, { signal }),
    (message) => feed.take(message, feed.lastAt),
    (error) => setFailure(failureOf(error)),
  )
  return <LogPane feed={feed} name={props.name} failure={failure} empty="It has written nothing." />
}
