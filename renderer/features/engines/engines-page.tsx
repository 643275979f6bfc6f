/** The page of engines: each known one, how it stands, what it is. */
import { Plus, RotateCw, Trash2 } from 'lucide-react'
import { formatMemory } from '../../lib/bytes.ts'
import { useFeed, useSession } from '../../rpc/session.tsx'
import type { EngineView } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout, ErrorNote } from '../../ui/callout.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { engineStatus, engineWords } from './engine-words.ts'
import { HostChecks } from './host-checks.tsx'

export function EnginesPage(props: {
  readonly engine: string
  readonly onSwitch: (engine: string) => void
  readonly onAdd: () => void
}) {
  const engines = useFeed(useSession().engines) ?? []
  return (
    <Page
      title="Engines"
      acts={
        <Button kind="primary" onClick={props.onAdd}>
          <Plus /> Add endpoint
        </Button>
      }
    >
      <Scroll label="Every engine" className="p-5">
        <div className="mx-auto flex max-w-3xl flex-col gap-3">
          {engines.map((engine) => (
            <EngineCard
              key={engine.id}
              engine={engine}
              current={engine.id === props.engine}
              onSwitch={() => props.onSwitch(engine.id)}
            />
          ))}
          <h2 className="mt-3 text-15 font-semibold">What this host can do for the embedded engine</h2>
          <HostChecks />
        </div>
      </Scroll>
    </Page>
  )
}

function EngineCard(props: {
  readonly engine: EngineView
  readonly current: boolean
  readonly onSwitch: () => void
}) {
  const { engine } = props
  const { client } = useSession()
  const { state, facts } = engine
  return (
    <article aria-label={engine.name} className="rounded-panel border border-line bg-raised px-5 py-4">
      <div className="flex items-center gap-2.5">
        <StatusMark status={engineStatus(engine)} word={engineWords(engine)} />
        <h2 className="text-15 font-semibold">{engine.name}</h2>
        {props.current && <Badge>in use</Badge>}
        <span className="text-muted">{engineWords(engine)}</span>
        <div className="ml-auto flex gap-2">
          {state.kind === 'unreachable' && (
            <Button
              size="small"
              onClick={() => void client.engines.reconnect({ engine: engine.id }).catch(() => {})}
            >
              <RotateCw /> Reconnect
            </Button>
          )}
          {!props.current && (
            <Button size="small" onClick={props.onSwitch}>
              Switch to it
            </Button>
          )}
          {engine.kind !== 'embedded' && !props.current && (
            <Button
              size="small"
              kind="quiet"
              onClick={() => void client.engines.remove({ engine: engine.id }).catch(() => {})}
            >
              <Trash2 /> Forget
            </Button>
          )}
        </div>
      </div>
      {state.kind === 'unreachable' && (
        <ErrorNote className="mt-3" trouble={{ message: state.reason, cause: null, remedy: state.remedy }} />
      )}
      {facts?.warnings.map((warning) => (
        <Callout key={warning} kind="warn" className="mt-3">
          {warning}
        </Callout>
      ))}
      <div className="mt-2">
        <Facts>
          <Fact name="Endpoint">
            <code className="break-all font-mono text-12">{engine.endpoint}</code>
          </Fact>
          {facts && (
            <>
              <Fact name="Engine">
                {facts.product} {facts.version}
                {engine.capabilities && (
                  <span className="text-muted">, API {engine.capabilities.apiVersion}</span>
                )}
              </Fact>
              <Fact name="System">
                {facts.operatingSystem}{' '}
                <span className="text-muted">
                  {facts.kernel}, {facts.architecture}
                </span>
              </Fact>
              <Fact name="Has">
                {facts.cpus} CPUs, {formatMemory(facts.memoryBytes)} memory
              </Fact>
              <Fact name="Keeps">
                <code className="break-all font-mono text-12">{facts.rootDirectory}</code>{' '}
                <span className="text-muted">by {facts.storageDriver}</span>
              </Fact>
            </>
          )}
          {state.kind === 'connected' && (
            <Fact name="Connected">
              <Age iso={state.since} ago />
            </Fact>
          )}
        </Facts>
      </div>
    </article>
  )
}
