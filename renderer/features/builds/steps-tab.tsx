/** The steps of a build: the stages drawn, then each step with its reason and its log. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { openTerminal } from '../../panels/dock/open-terminal.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { BuildStep, BuildView, Failure } from '../../rpc/views.ts'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { countsWords, Took } from './build-words.tsx'
import { StageGraph } from './stage-graph.tsx'
import { StepCard } from './step-card.tsx'

export function StepsTab(props: {
  readonly engine: string
  readonly view: BuildView
  readonly onReveal: (line: number, column: number) => void
}) {
  const { engine, view } = props
  const { row, steps } = view
  const client = useClient()
  const list = useRef<HTMLOListElement>(null)
  /** What the person opened or closed, over what opens by itself. */
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [failure, setFailure] = useState<Failure | null>(null)
  const first = useMemo(() => opensByItself(steps), [steps])
  // What failed, or has something to say, comes into view: once, so that nobody's scrolling is taken from them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the steps change all the time
  useEffect(() => {
    if (first === null) return
    const index = steps.findIndex((step) => step.id === first)
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' })
  }, [first])
  const shell = async (step: string) => {
    setFailure(null)
    try {
      const { container } = await client.builds.shell({ engine, id: row.id, step })
      await openTerminal(client, engine, container)
    } catch (error) {
      setFailure(failureOf(error))
    }
  }
  const toStage = (name: string) => {
    const index = steps.findIndex((step) => step.stage === name)
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' })
  }
  const ended = row.completedAt === null ? null : Date.parse(row.completedAt)
  return (
    <Scroll label="Steps" className="flex flex-col gap-2.5 px-4 py-3.5">
      <div className="flex items-baseline gap-2.5">
        <p role="status" className="min-w-0 flex-1 truncate text-soft">
          {steps.length === 0 ? 'reading the Dockerfile' : countsWords(steps)}
        </p>
        <span className="text-soft">
          <Took start={Date.parse(row.startedAt)} end={ended} />
        </span>
      </div>
      <StageGraph steps={steps} onStage={toStage} />
      {view.failure && !steps.some(({ state }) => state === 'failed') && (
        <Callout kind="bad">{view.failure.message}</Callout>
      )}
      {failure && <ErrorNote trouble={failure} />}
      <ol ref={list} className="flex flex-col gap-1.5">
        {steps.map((step) => (
          <StepCard
            key={step.id}
            engine={engine}
            build={row.id}
            step={step}
            open={chosen.get(step.id) ?? step.id === first}
            onToggle={() =>
              setChosen((before) => new Map(before).set(step.id, !(before.get(step.id) ?? step.id === first)))
            }
            onReveal={
              step.range
                ? () => step.range && props.onReveal(step.range.start.line, step.range.start.column)
                : null
            }
            onShell={step.state === 'failed' && step.exitCode !== null ? () => void shell(step.id) : null}
          />
        ))}
      </ol>
    </Scroll>
  )
}

/** The step that failed, else the one that has been running longest and has something to say. */
function opensByItself(steps: readonly BuildStep[]): string | null {
  const failed = steps.find((step) => step.state === 'failed')
  const talking = steps.find((step) => step.state === 'running' && step.lines > 0)
  return (failed ?? talking)?.id ?? null
}
