/** The first sight of an engine with nothing in it: the one thing to do, its command, and what this host can do. */
import { Disc, Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEngine, useFeed, useSession } from '../../rpc/session.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { engineWords } from './engine-words.ts'
import { HostChecks } from './host-checks.tsx'

export function Welcome(props: {
  readonly engine: string
  readonly onRun: () => void
  readonly onPull: () => void
  readonly onSwitch: (engine: string) => void
}) {
  const engine = useEngine(props.engine)
  const others = (useFeed(useSession().engines) ?? []).filter(
    (each) => each.id !== props.engine && each.state.kind === 'connected',
  )
  const embedded = engine?.kind === 'embedded'
  return (
    <Scroll label="Welcome" className="flex">
      <div className="m-auto flex w-full max-w-[768px] flex-col gap-3 px-6 py-8">
        <h2 className="text-24 font-semibold tracking-tight">The engine is running. Nothing is in it yet.</h2>
        <p className="mb-3 text-soft">
          {embedded
            ? `Longshore runs containers on this machine by itself${engine?.facts?.rootless ? ', as your user' : ''}, with no Docker needed.`
            : `Connected to ${engine?.name ?? 'this engine'}.`}
        </p>
        <div className="grid grid-cols-2 gap-3 max-[900px]:grid-cols-1">
          <Start
            icon={<Play />}
            title="Run your first container"
            words="Any image; what is not here is pulled first."
            command="docker run -p 8080:80 nginx"
            onStart={props.onRun}
          />
          <Start
            icon={<Disc />}
            title="Pull an image"
            words="See its layers arrive, then look inside."
            command="docker pull nginx"
            onStart={props.onPull}
          />
        </div>
        {embedded && <HostChecks />}
        {others.length > 0 && (
          <p className="mt-2 text-muted">
            Also found on this machine:{' '}
            {others.map((other, index) => (
              <span key={other.id}>
                {index > 0 && ', '}
                <button
                  type="button"
                  onClick={() => props.onSwitch(other.id)}
                  className="rounded font-medium text-link hover:underline"
                >
                  {engineWords(other)}
                </button>
              </span>
            ))}
            . Switch engines at the top left.
          </p>
        )}
      </div>
    </Scroll>
  )
}

function Start(props: {
  readonly icon: ReactNode
  readonly title: string
  readonly words: string
  readonly command: string
  readonly onStart: () => void
}) {
  return (
    <button
      type="button"
      onClick={props.onStart}
      className="flex flex-col gap-1.5 rounded-panel border border-line bg-raised px-[18px] py-4 text-left hover:border-line-strong"
    >
      <span className="flex items-center gap-2 font-semibold [&_svg]:size-4 [&_svg]:text-link">
        {props.icon}
        {props.title}
      </span>
      <span className="text-soft">{props.words}</span>
      <code className="mt-1.5 w-full rounded-lg bg-term px-3 py-2 font-mono text-12 leading-5 text-term-text">
        {props.command}
      </code>
    </button>
  )
}
