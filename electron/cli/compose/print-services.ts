/** The containers of a project as `ps` prints them: a table, or a line of JSON each. Pure but for the clock. */
import type { ContainerSummary } from '../../../engine/client/shapes.ts'
import type { ObservedContainer } from '../../../engine/compose/plan/observed.ts'
import { printTable } from './table.ts'

/** A container as it was inspected and as the engine lists it. */
export interface ListedContainer extends ObservedContainer {
  readonly summary: ContainerSummary
}

/** Docker Compose's columns. */
export function psTable(containers: readonly ListedContainer[], cut: boolean): string {
  const rows = containers.map(({ service, inspect, summary }) => [
    inspect.Name.replace(/^\//, ''),
    inspect.Config.Image,
    quoted(summary.Command, cut),
    service,
    `${ago(summary.Created)} ago`,
    summary.Status,
    ports(summary),
  ])
  return printTable(['NAME', 'IMAGE', 'COMMAND', 'SERVICE', 'CREATED', 'STATUS', 'PORTS'], rows)
}

/** Docker Compose's fields, one container a line. */
export function psJson(project: string, containers: readonly ListedContainer[]): string {
  return containers
    .map(({ service, inspect, summary }) => {
      const labels = Object.entries(summary.Labels ?? {}).map(([key, value]) => `${key}=${value}`)
      return `${JSON.stringify({
        Command: quoted(summary.Command, true),
        CreatedAt: new Date(summary.Created * 1000).toISOString(),
        ExitCode: inspect.State.ExitCode,
        Health: inspect.State.Health?.Status ?? '',
        ID: inspect.Id.slice(0, 12),
        Image: inspect.Config.Image,
        Labels: labels.join(','),
        Mounts: (summary.Mounts ?? []).map(({ Name, Source }) => Name ?? Source).join(','),
        Name: inspect.Name.replace(/^\//, ''),
        Names: inspect.Name.replace(/^\//, ''),
        Networks: Object.keys(inspect.NetworkSettings.Networks ?? {}).join(','),
        Ports: ports(summary),
        Project: project,
        Publishers: (summary.Ports ?? []).map(({ IP = '', PrivatePort, PublicPort = 0, Type }) => ({
          ...{ URL: IP, TargetPort: PrivatePort, PublishedPort: PublicPort, Protocol: Type },
        })),
        RunningFor: `${ago(summary.Created)} ago`,
        Service: service,
        State: inspect.State.Status,
        Status: summary.Status,
      })}\n`
    })
    .join('')
}

function quoted(command: string, cut: boolean): string {
  return `"${cut && command.length > 20 ? `${command.slice(0, 19)}…` : command}"`
}

/** `0.0.0.0:80->8080/tcp, 9000/tcp` */
export function ports({ Ports: list }: Pick<ContainerSummary, 'Ports'>): string {
  return (list ?? [])
    .map(({ IP, PublicPort, PrivatePort, Type }) =>
      PublicPort
        ? `${IP?.includes(':') ? `[${IP}]` : (IP ?? '')}:${PublicPort}->${PrivatePort}/${Type}`
        : `${PrivatePort}/${Type}`,
    )
    .toSorted()
    .join(', ')
}

/** How long ago that second was, as Docker says it (go-units, HumanDuration). */
export function ago(second: number, now = Date.now() / 1000): string {
  const passed = Math.max(0, Math.floor(now - second))
  if (passed < 1) return 'Less than a second'
  if (passed === 1) return '1 second'
  if (passed < 60) return `${passed} seconds`
  const minutes = Math.floor(passed / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(passed / 3600)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 730) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(passed / 3600 / 24 / 365)} years`
}
