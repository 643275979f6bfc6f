/** The stages of a build, drawn: what stands on what, and how far each is. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { durationWords } from '../../lib/duration.ts'
import type { BuildStep } from '../../rpc/views.ts'
import { cx } from '../../ui/cx.ts'
import { layoutStages, type PlacedStage, STAGE, stagesOf } from './stages.ts'

const FRAMES: Readonly<Record<BuildStep['state'], string>> = {
  cached: 'border-ok',
  done: 'border-line-strong',
  running: 'border-warn',
  failed: 'border-bad',
  waiting: 'border-line-strong border-dashed',
  cancelled: 'border-line-strong border-dashed',
}

export function StageGraph(props: {
  readonly steps: readonly BuildStep[]
  readonly onStage: (name: string) => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(400)
  const graph = useMemo(() => layoutStages(stagesOf(props.steps), room), [props.steps, room])
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setRoom(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={frame} className={cx('shrink-0 overflow-x-auto', graph.stages.length < 2 ? 'h-0' : 'pb-1')}>
      <div
        className={cx('relative', graph.stages.length < 2 && 'hidden')}
        style={{ width: graph.width, height: graph.height }}
      >
        <svg aria-hidden="true" className="absolute inset-0" width={graph.width} height={graph.height}>
          {graph.edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} d={path} fill="none" stroke="var(--line-strong)" strokeWidth="1.4" />
          ))}
        </svg>
        {graph.stages.map((stage) => (
          <button
            key={stage.name}
            type="button"
            title={stage.name}
            onClick={() => props.onStage(stage.name)}
            className={cx(
              'absolute flex flex-col justify-center rounded-lg border-[1.5px] bg-raised px-2 text-left hover:bg-sunken',
              FRAMES[stage.state],
            )}
            style={{ left: stage.x, top: stage.y, width: graph.stageWidth, height: STAGE.height }}
          >
            <span className="w-full truncate text-12 font-medium">{stageName(stage)}</span>
            <span className="figures w-full truncate text-11 text-muted">{words(stage)}</span>
          </button>
        ))}
      </div>
    </div>
  )
}

/** A stage without a name has its number. */
function stageName({ name }: PlacedStage): string {
  return /^\d+$/.test(name) ? `stage ${name}` : name
}

function words({ state, startedAt, completedAt }: PlacedStage): string {
  switch (state) {
    case 'done':
      return startedAt !== null && completedAt !== null ? durationWords(completedAt - startedAt) : 'ran'
    case 'waiting':
      return 'waits'
    case 'cancelled':
      return 'not run'
    case 'cached':
    case 'running':
    case 'failed':
      return state
  }
}
