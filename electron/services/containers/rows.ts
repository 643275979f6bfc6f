/** Containers: from the engine's words to what a person reads. This file: rows, from list and inspect answers. Pure. */
import type {
  ContainerInspect,
  ContainerStateShape,
  ContainerSummary,
  PortBinding,
  PortSummary,
} from '../../../engine/client/shapes.ts'
import type { ContainerRow, ContainerState, PublishedPort } from '../../contract/containers.ts'

/** A row from inspect: exact. */
export function rowOfInspect(inspect: ContainerInspect): ContainerRow {
  const labels = inspect.Config.Labels ?? {}
  return {
    id: inspect.Id,
    name: inspect.Name.replace(/^\//, ''),
    image: inspect.Config.Image,
    imageId: inspect.Image,
    command: [inspect.Path, ...(inspect.Args ?? [])].join(' '),
    createdAt: inspect.Created,
    state: stateOfInspect(inspect.State),
    ports: portsOfMap(inspect.NetworkSettings.Ports ?? {}),
    project: labels['com.docker.compose.project'] ?? null,
    service: labels['com.docker.compose.service'] ?? null,
    terminal: inspect.Config.Tty,
    labels,
  }
}

/** A row from the list alone: its times are read from words ("Up 2 hours") and it does not know of a terminal. */
export function rowOfSummary(summary: ContainerSummary, now: Date): ContainerRow {
  const labels = summary.Labels ?? {}
  return {
    id: summary.Id,
    name: (
      summary.Names?.find((name) => name.lastIndexOf('/') === 0) ??
      summary.Names?.[0] ??
      summary.Id
    ).replace(/^\//, ''),
    image: summary.Image,
    imageId: summary.ImageID,
    command: summary.Command,
    createdAt: new Date(summary.Created * 1000).toISOString(),
    state: stateOfSummary(summary.State, summary.Status, now),
    ports: portsOfSummary(summary.Ports ?? []),
    project: labels['com.docker.compose.project'] ?? null,
    service: labels['com.docker.compose.service'] ?? null,
    terminal: false,
    labels,
  }
}

/** True when the list says that an exact row is out of date: the cheap test of the slow reconcile. */
export function differs(row: ContainerRow, summary: ContainerRow): boolean {
  return (
    row.name !== summary.name ||
    row.state.kind !== summary.state.kind ||
    (row.state.kind === 'running' &&
      summary.state.kind === 'running' &&
      row.state.health !== summary.state.health) ||
    JSON.stringify(row.ports) !== JSON.stringify(summary.ports)
  )
}

function stateOfInspect(state: ContainerStateShape): ContainerState {
  const since = state.StartedAt
  if (state.Status === 'removing') return { kind: 'removing' }
  if (state.Dead || state.Status === 'dead') return { kind: 'dead' }
  if (state.Restarting) return { kind: 'restarting', exitCode: state.ExitCode }
  if (state.Paused) return { kind: 'paused', since }
  if (state.Running) return { kind: 'running', since, health: healthOf(state.Health?.Status ?? '') }
  if (state.Status === 'created') return { kind: 'created' }
  return {
    kind: 'exited',
    exitCode: state.ExitCode,
    at: state.FinishedAt.startsWith('0001-') ? null : state.FinishedAt,
    outOfMemory: state.OOMKilled,
  }
}

function stateOfSummary(state: string, status: string, now: Date): ContainerState {
  switch (state) {
    case 'running':
      return {
        kind: 'running',
        since: timeBefore(now, status),
        health: healthOf(/\((?:health: )?(\w+)\)/.exec(status)?.[1] ?? ''),
      }
    case 'paused':
      return { kind: 'paused', since: timeBefore(now, status) }
    case 'restarting':
      return { kind: 'restarting', exitCode: exitCodeOf(status) }
    case 'removing':
      return { kind: 'removing' }
    case 'dead':
      return { kind: 'dead' }
    case 'created':
    case 'configured': // podman's word
      return { kind: 'created' }
    default:
      return { kind: 'exited', exitCode: exitCodeOf(status), at: timeBefore(now, status), outOfMemory: false }
  }
}

function healthOf(word: string): 'none' | 'starting' | 'healthy' | 'unhealthy' {
  return word === 'starting' || word === 'healthy' || word === 'unhealthy' ? word : 'none'
}

function exitCodeOf(status: string): number {
  return Number(/\((\d+)\)/.exec(status)?.[1] ?? 0)
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86400,
  week: 604800,
  month: 2592000,
  year: 31536000,
}

/** Reads the engine's "About an hour", "3 minutes", "Less than a second" back into a time. */
function timeBefore(now: Date, status: string): string {
  const found = /(\d+|an?)\s+(second|minute|hour|day|week|month|year)/.exec(status)
  const count = Number(found?.[1])
  const seconds = (Number.isNaN(count) ? 1 : count) * (UNIT_SECONDS[found?.[2] ?? ''] ?? 0)
  return new Date(now.getTime() - seconds * 1000).toISOString()
}

function portsOfSummary(ports: readonly PortSummary[]): readonly PublishedPort[] {
  return sortPorts(
    ports.flatMap((port) =>
      port.PublicPort === undefined || port.PublicPort === 0
        ? []
        : [
            {
              hostIp: port.IP ?? '',
              hostPort: port.PublicPort,
              containerPort: port.PrivatePort,
              protocol: protocolOf(port.Type),
            },
          ],
    ),
  )
}

function portsOfMap(map: Readonly<Record<string, readonly PortBinding[] | null>>): readonly PublishedPort[] {
  return sortPorts(
    Object.entries(map).flatMap(([key, bindings]) => {
      const [port, protocol = 'tcp'] = key.split('/')
      return (bindings ?? []).map((binding) => ({
        hostIp: binding.HostIp ?? '',
        hostPort: Number(binding.HostPort ?? 0),
        containerPort: Number(port),
        protocol: protocolOf(protocol),
      }))
    }),
  )
}

/** One order, whichever answer the ports came from. */
function sortPorts(ports: PublishedPort[]): readonly PublishedPort[] {
  return ports.sort(
    (a, b) => a.containerPort - b.containerPort || a.hostPort - b.hostPort || (a.hostIp < b.hostIp ? -1 : 1),
  )
}

function protocolOf(word: string): 'tcp' | 'udp' {
  return word === 'udp' ? 'udp' : 'tcp'
}
