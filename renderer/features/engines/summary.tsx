/** The figures of an engine: for the status bar, and as counts for the rail. */
import { useState } from 'react'
import { formatBytes, formatMemory } from '../../lib/bytes.ts'
import { useClient, useEngine } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { EngineSummary } from '../../rpc/views.ts'
import { StatusMark } from '../../ui/status-mark.tsx'
import { engineStatus, engineWords } from './engine-words.ts'

/** The latest summary of that engine; null before the first, and while it is away. */
export function useSummary(engine: string): EngineSummary | null {
  const client = useClient()
  const view = useEngine(engine)
  const connected = view?.state.kind === 'connected'
  const [known, setKnown] = useState<{ readonly engine: string; readonly summary: EngineSummary } | null>(
    null,
  )
  useStream(
    connected ? engine : null,
    (signal) => client.engines.summary({ engine }, { signal }),
    (summary) => setKnown({ engine, summary }),
  )
  return connected && known?.engine === engine ? known.summary : null
}

export function SummaryLine(props: { readonly engine: string; readonly summary: EngineSummary | null }) {
  const view = useEngine(props.engine)
  const { summary } = props
  const memory = view?.facts?.memoryBytes
  return (
    <div
      role="status"
      aria-label="Engine"
      className="figures flex min-w-0 items-center gap-4 overflow-hidden whitespace-nowrap"
    >
      <span className="flex items-center gap-2">
        {view && <StatusMark status={engineStatus(view)} word={engineWords(view)} className="size-3" />}
        <span className="font-semibold text-text">{view?.name ?? props.engine}</span>
        {view && view.state.kind !== 'connected' ? (
          <span>{engineWords(view)}</span>
        ) : (
          summary && <span>{summary.running === 0 ? 'nothing running' : `${summary.running} running`}</span>
        )}
      </span>
      {summary && summary.cpuPercent !== null && <span>CPU {Math.round(summary.cpuPercent)}%</span>}
      {summary && summary.memoryUsedBytes !== null && (
        <span>
          Memory {formatMemory(summary.memoryUsedBytes)}
          {memory ? ` of ${formatMemory(memory)}` : ''}
        </span>
      )}
      {summary && summary.diskFreeBytes !== null && (
        <span>Disk {formatBytes(summary.diskFreeBytes)} free</span>
      )}
    </div>
  )
}
