/** A service as one `run` of it wants it: its own command, no ports of the host, nothing that starts it again. Pure. */
import type { Mount, Port, Service } from '../load/project.ts'

/** What a run asks for in place of what the service has. */
export interface RunChanges {
  readonly command?: readonly string[] | undefined
  readonly entrypoint?: readonly string[] | undefined
  readonly environment: Readonly<Record<string, string | null>>
  readonly labels: Readonly<Record<string, string>>
  readonly user?: string | undefined
  readonly directory?: string | undefined
  readonly mounts: readonly Mount[]
  /** Ports of the host for this run; the service's own with `servicePorts`. */
  readonly ports: readonly Port[]
  readonly servicePorts: boolean
  /** The service's own aliases on its networks, which a run does not have unless asked. */
  readonly aliases: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly terminal: boolean
  readonly stdin: boolean
}

/** The service of the run. Its restart policy and fixed name are those of no run. */
export function serviceOfRun(service: Service, changes: RunChanges): Service {
  const { container_name: _name, restart: _restart, deploy, ports = [], networks, ...kept } = service
  const { restart_policy: _policy, ...deployed } = deploy ?? {}
  return {
    ...kept,
    ...(deploy ? { deploy: deployed } : {}),
    ...(networks ? { networks: changes.aliases ? networks : withoutAliases(networks) } : {}),
    ports: [...(changes.servicePorts ? ports : []), ...changes.ports],
    environment: { ...service.environment, ...changes.environment },
    labels: { ...service.labels, ...changes.labels },
    volumes: [...(service.volumes ?? []), ...changes.mounts],
    cap_add: [...(service.cap_add ?? []), ...changes.capAdd],
    cap_drop: [...(service.cap_drop ?? []), ...changes.capDrop],
    tty: changes.terminal,
    stdin_open: changes.stdin,
    // A new entrypoint takes the image's command away, as everywhere.
    ...(changes.entrypoint ? { entrypoint: changes.entrypoint, command: changes.command ?? [] } : {}),
    ...(changes.command ? { command: changes.command } : {}),
    ...(changes.user === undefined ? {} : { user: changes.user }),
    ...(changes.directory === undefined ? {} : { working_dir: changes.directory }),
  }
}

function withoutAliases(networks: NonNullable<Service['networks']>): NonNullable<Service['networks']> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, attachment]) => {
      if (!attachment) return [name, attachment]
      // An address belongs to one container, and a run stands beside the service's own.
      const { aliases: _a, ipv4_address: _4, ipv6_address: _6, mac_address: _m, ...rest } = attachment
      return [name, rest]
    }),
  )
}
