/** The services of a project: what each runs, how it does, and what one does with it. */
import { Minus, Play, Plus, RotateCw, ScrollText, Square, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import { actFailures, actKey, noteFailure } from '../../panels/containers/acts.ts'
import { PortLinks } from '../../panels/containers/ports.tsx'
import { ContainerMark, StateWords } from '../../panels/containers/state-words.tsx'
import { openLogs } from '../../panels/dock/dock-store.ts'
import { openTerminal } from '../../panels/dock/open-terminal.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ContainerRow, Diagnosis, ProjectRow } from '../../rpc/views.ts'
import { IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { useStore } from '../../ui/use-store.ts'
import { actOnProject, pendingProjects, projectFailures, projectKey } from './acts.ts'
import { ScaleDialog } from './scale-dialog.tsx'

type Declared = NonNullable<Diagnosis['services']>[number]

export function ServicesTab(props: {
  readonly engine: string
  readonly row: ProjectRow
  readonly containers: readonly ContainerRow[]
  /** As the files say; undefined while they do not load. */
  readonly declared: readonly Declared[] | null | undefined
}) {
  const { engine, row, containers } = props
  const [scaling, setScaling] = useState<{ readonly service: string; readonly count: number } | null>(null)
  const declared = new Map((props.declared ?? []).map((service) => [service.name, service]))
  const names = [...new Set([...declared.keys(), ...row.services.map(({ name }) => name)])].sort()
  if (names.length === 0) {
    return (
      <p className="p-5 text-muted">
        Nothing of it is on the engine. Its compose file says what would be: apply its plan to bring it up.
      </p>
    )
  }
  return (
    <Scroll label="Services">
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="h-7 border-b border-line text-11 font-medium text-muted">
            {['Service', 'Image', 'State', 'Ports', 'Containers'].map((title) => (
              <th key={title} scope="col" className="px-2 font-medium first:pl-5">
                {title}
              </th>
            ))}
            <th scope="col" className="pr-5">
              <span className="sr-only">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <ServiceRow
              key={name}
              engine={engine}
              project={row.name}
              name={name}
              declared={declared.get(name)}
              containers={containers.filter((each) => each.service === name)}
              canScale={row.place === 'here' && declared.has(name)}
              onScale={(count) => setScaling({ service: name, count })}
            />
          ))}
        </tbody>
      </table>
      {scaling && (
        <ScaleDialog
          engine={engine}
          row={row}
          service={scaling.service}
          count={scaling.count}
          onClose={() => setScaling(null)}
        />
      )}
    </Scroll>
  )
}

function ServiceRow(props: {
  readonly engine: string
  readonly project: string
  readonly name: string
  readonly declared: Declared | undefined
  readonly containers: readonly ContainerRow[]
  readonly canScale: boolean
  readonly onScale: (count: number) => void
}) {
  const { engine, project, name, declared, containers } = props
  const client = useClient()
  const key = projectKey(engine, project, name)
  const pending = useStore(pendingProjects).get(key)
  const troubles = useStore(actFailures)
  const trouble =
    useStore(projectFailures).get(key) ??
    containers.map((each) => troubles.get(actKey(engine, each.id))).find((each) => each !== undefined)
  const running = containers.filter((each) => each.state.kind === 'running')
  const first = running[0] ?? containers[0]
  const act = (which: 'start' | 'stop' | 'restart') => void actOnProject(client, engine, project, name, which)
  const copies = containers.length
  return (
    <>
      <tr className="h-(--row) border-b border-line hover:bg-hover">
        <td className="px-2 pl-5 font-medium">{name}</td>
        <td className="max-w-64 truncate px-2 text-soft" title={first?.image ?? declared?.image}>
          {first?.image ?? declared?.image}
        </td>
        <td className="figures px-2">
          {containers.length === 0 ? (
            <span className="text-muted">
              {declared && declared.profiles.length > 0
                ? `only with profile ${declared.profiles.join(' or ')}`
                : 'not there'}
            </span>
          ) : (
            containers.map((each) => (
              <span key={each.id} className="flex items-center gap-2" title={each.name}>
                <ContainerMark row={each} pending={pending ? 'starting' : undefined} />
                {pending ? (
                  <span className="text-soft">{pending}</span>
                ) : (
                  <StateWords state={each.state} pending={undefined} />
                )}
              </span>
            ))
          )}
        </td>
        <td className="px-2">
          <PortLinks ports={containers.flatMap((each) => each.ports)} />
        </td>
        <td className="px-2">
          <span className="flex items-center gap-1">
            {props.canScale && (
              <IconButton
                size="small"
                label={`One container of ${name} less`}
                disabled={copies === 0}
                onClick={() => props.onScale(copies - 1)}
              >
                <Minus />
              </IconButton>
            )}
            <span className="figures w-5 text-center">{copies}</span>
            {props.canScale && (
              <IconButton
                size="small"
                label={`One container of ${name} more`}
                onClick={() => props.onScale(copies + 1)}
              >
                <Plus />
              </IconButton>
            )}
          </span>
        </td>
        <td className="pr-4">
          <span className="flex justify-end gap-0.5">
            <IconButton
              size="small"
              label={`Logs of ${name}`}
              disabled={!first}
              onClick={() => first && openLogs(engine, first.id, first.name)}
            >
              <ScrollText />
            </IconButton>
            <IconButton
              size="small"
              label={`Terminal in ${name}`}
              disabled={running.length === 0}
              onClick={() =>
                first &&
                void openTerminal(client, engine, first.id).catch((error: unknown) =>
                  noteFailure(engine, first.id, error),
                )
              }
            >
              <SquareTerminal />
            </IconButton>
            <IconButton
              size="small"
              label={`Restart ${name}`}
              disabled={running.length === 0 || pending !== undefined}
              onClick={() => act('restart')}
            >
              <RotateCw />
            </IconButton>
            <IconButton
              size="small"
              label={`${running.length > 0 ? 'Stop' : 'Start'} ${name}`}
              disabled={copies === 0 || pending !== undefined}
              onClick={() => act(running.length > 0 ? 'stop' : 'start')}
            >
              {running.length > 0 ? <Square /> : <Play />}
            </IconButton>
          </span>
        </td>
      </tr>
      {trouble && (
        <tr>
          <td colSpan={6} className="px-5 py-2">
            <ErrorNote trouble={trouble} />
          </td>
        </tr>
      )}
    </>
  )
}
