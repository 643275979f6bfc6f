/** `ps`: the containers of a project, one a line. */
import type { ObservedContainer } from '../../../engine/compose/plan/observed.ts'

export function printServices(containers: readonly ObservedContainer[], quiet: boolean): string {
  if (quiet) return containers.map(({ inspect }) => `${inspect.Id}\n`).join('')
  const rows = containers.map(({ service, inspect }) => [
    inspect.Name.replace(/^\//, ''),
    service,
    inspect.State.Health ? `${inspect.State.Status} (${inspect.State.Health.Status})` : inspect.State.Status,
    inspect.Config.Image,
    ports(inspect.NetworkSettings.Ports),
  ])
  const table = [['NAME', 'SERVICE', 'STATUS', 'IMAGE', 'PORTS'], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function ports(map: ObservedContainer['inspect']['NetworkSettings']['Ports']): string {
  return Object.entries(map ?? {})
    .flatMap(([inside, bound]) =>
      (bound ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${inside}`),
    )
    .join(', ')
}
