/** This build beside another of the same thing: which steps differ, in time, size and why. */
import { useMemo, useState } from 'react'
import { exactTime } from '../../lib/age.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { durationWords } from '../../lib/duration.ts'
import { useClient } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { BuildRow, BuildStep, BuildView } from '../../rpc/views.ts'
import { cx } from '../../ui/cx.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Select } from '../../ui/select.tsx'
import { type ComparedStep, compareBuilds } from './compare.ts'

export function CompareTab(props: {
  readonly engine: string
  readonly view: BuildView
  /** Other builds of the same title, newest first. */
  readonly others: readonly BuildRow[]
}) {
  const { engine, view, others } = props
  const client = useClient()
  const [id, setId] = useState<string | undefined>(others[0]?.id)
  const [other, setOther] = useState<BuildView | null>(null)
  useStream(
    id === undefined ? null : `${engine}/${id}`,
    (signal) => client.builds.follow({ engine, id: id ?? '' }, { signal }),
    setOther,
  )
  const rows = useMemo(() => (other ? compareBuilds(other, view) : []).filter(isOfFile), [other, view])
  if (id === undefined) {
    return (
      <p className="px-4 py-3.5 text-muted">There is no other build of {view.row.title} to compare with.</p>
    )
  }
  return (
    <Scroll label="Comparison" className="flex flex-col gap-3 px-4 py-3.5">
      <Select
        label="Compare with"
        value={id}
        choices={others.map((row) => ({
          value: row.id,
          label: `${exactTime(row.startedAt)}, ${row.state === 'done' ? 'built' : row.state}`,
        }))}
        onChange={(next) => {
          setOther(null)
          setId(next)
        }}
        className="w-full"
      />
      {other && (
        <table className="w-full border-separate border-spacing-0 text-12">
          <thead className="text-left text-11 text-muted">
            <tr>
              <th className="border-b border-line py-1 pr-3 font-medium">Step</th>
              <th className="w-24 border-b border-line py-1 pr-3 text-right font-medium">That one</th>
              <th className="w-24 border-b border-line py-1 text-right font-medium">This one</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, before, now, words }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one instruction may stand twice
              <tr key={index} className={cx(words.length > 0 && 'bg-warn-wash')}>
                <td className="max-w-0 border-b border-line py-1.5 pr-3 align-top">
                  <span
                    title={title}
                    className={cx('block truncate font-mono', now === null && 'text-muted line-through')}
                  >
                    {title}
                  </span>
                  {words.length > 0 && <span className="text-warn-text">{words.join(', ')}</span>}
                </td>
                <Cell step={before} />
                <Cell step={now} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Scroll>
  )
}

/** The build's own work is worth a line only where it differs. */
function isOfFile({ before, now, words }: ComparedStep): boolean {
  return (now ?? before)?.stage != null || (words.length > 0 && before !== null && now !== null)
}

function Cell(props: { readonly step: BuildStep | null }) {
  const { step } = props
  const time =
    step && step.startedAt !== null && step.completedAt !== null ? step.completedAt - step.startedAt : null
  const state =
    step === null ? '' : step.state === 'done' && time !== null ? durationWords(time) : STATES[step.state]
  return (
    <td className="figures border-b border-line py-1.5 pr-3 text-right align-top text-soft last:pr-0">
      {state}
      {step?.layerBytes != null && step.layerBytes > 0 && (
        <span className="block text-muted">{formatBytes(step.layerBytes)}</span>
      )}
    </td>
  )
}

const STATES: Readonly<Record<BuildStep['state'], string>> = {
  cached: 'cached',
  done: 'ran',
  running: 'running',
  failed: 'failed',
  waiting: 'waits',
  cancelled: 'not run',
}
