/** Compose YAML of containers as they are: what of them is their own and not their image's. Pure. */
import { stringify } from 'yaml'
import type { ContainerInspect as WholeInspect } from '../../../engine/api/container.ts'

/** What of an image a container has without asking. */
export interface ImageDefaults {
  readonly Env?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Entrypoint?: readonly string[] | null
  readonly WorkingDir?: string
  readonly User?: string
}

export interface Taken {
  readonly inspect: WholeInspect
  readonly image: ImageDefaults
}

/** The text, and what a person should look at. */
export function composeOfContainers(taken: readonly Taken[]): {
  readonly compose: string
  readonly notes: readonly string[]
} {
  const services: Record<string, unknown> = {}
  const volumes: Record<string, unknown> = {}
  const networks: Record<string, unknown> = {}
  const notes: string[] = []
  for (const each of taken) {
    const { inspect } = each
    const name = serviceName(inspect, Object.keys(services))
    services[name] = serviceOf(each)
    for (const mount of inspect.Mounts) {
      if (mount.Type !== 'volume' || !mount.Name) continue
      if (isAnonymous(mount.Name)) {
        notes.push(`${name}: the anonymous volume of ${mount.Destination} stays with the container`)
      } else volumes[mount.Name] = { external: true, name: mount.Name }
    }
    for (const network of ownNetworks(inspect)) networks[network] = { external: true, name: network }
    const secret = Object.keys(environmentOf(each)).find((key) => /pass(word)?|secret|token|key$/i.test(key))
    if (secret) notes.push(`${name}: ${secret} stands in the text; .env is a better place`)
  }
  const document = {
    services,
    ...(Object.keys(volumes).length > 0 ? { volumes } : {}),
    ...(Object.keys(networks).length > 0 ? { networks } : {}),
  }
  // Quoted as for YAML 1.1: to older tools `no` is false, and 22:22 a number.
  return { compose: stringify(document, { lineWidth: 0, version: '1.1' }), notes }
}

function serviceOf({ inspect, image }: Taken): Record<string, unknown> {
  const { Config: config, HostConfig: host } = inspect
  const environment = environmentOf({ inspect, image })
  const ports = portsOf(inspect)
  const mounts = inspect.Mounts.flatMap((mount) => {
    const source = mount.Type === 'volume' ? mount.Name : mount.Source
    if (!source || (mount.Type === 'volume' && isAnonymous(source))) return []
    return [`${source}:${mount.Destination}${mount.RW ? '' : ':ro'}`]
  })
  const networks = ownNetworks(inspect)
  const restart = host.RestartPolicy?.Name
  const same = (one: unknown, other: unknown) => JSON.stringify(one ?? []) === JSON.stringify(other ?? [])
  return {
    image: config.Image,
    ...(same(config.Entrypoint, image.Entrypoint)
      ? {}
      : { entrypoint: (config.Entrypoint ?? []).map(dollar) }),
    ...(same(config.Cmd, image.Cmd) ? {} : { command: (config.Cmd ?? []).map(dollar) }),
    ...(config.User && config.User !== image.User ? { user: config.User } : {}),
    ...(config.WorkingDir && config.WorkingDir !== image.WorkingDir
      ? { working_dir: config.WorkingDir }
      : {}),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    ...(ports.length > 0 ? { ports } : {}),
    ...(mounts.length > 0 ? { volumes: mounts } : {}),
    ...(networks.length > 0 ? { networks } : {}),
    ...(['host', 'none'].includes(host.NetworkMode ?? '') ? { network_mode: host.NetworkMode } : {}),
    ...(restart && restart !== 'no' ? { restart } : {}),
    ...(host.Memory ? { mem_limit: String(host.Memory) } : {}),
    ...(host.NanoCpus ? { cpus: host.NanoCpus / 1e9 } : {}),
    ...(host.ReadonlyRootfs ? { read_only: true } : {}),
    ...(host.Privileged ? { privileged: true } : {}),
    ...(host.CapAdd && host.CapAdd.length > 0 ? { cap_add: host.CapAdd } : {}),
    ...(config.Tty ? { tty: true, stdin_open: config.OpenStdin ?? false } : {}),
  }
}

function environmentOf({ inspect, image }: Taken): Record<string, string> {
  const own = (inspect.Config.Env ?? []).filter((pair) => !(image.Env ?? []).includes(pair))
  return Object.fromEntries(
    own.map((pair) => {
      const at = pair.indexOf('=')
      return at === -1 ? [pair, ''] : [pair.slice(0, at), dollar(pair.slice(at + 1))]
    }),
  )
}

function portsOf(inspect: WholeInspect): readonly string[] {
  return Object.entries(inspect.HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => {
      const address =
        HostIp && HostIp !== '0.0.0.0' ? `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:` : ''
      const target = inside.replace(/\/tcp$/, '')
      return HostPort ? `${address}${HostPort}:${target}` : `${address}${target}`
    }),
  )
}

/** Networks that a person made; the engine's own need no word. */
function ownNetworks(inspect: WholeInspect): readonly string[] {
  const names = Object.keys(inspect.NetworkSettings.Networks ?? {})
  return names.filter((name) => !['bridge', 'host', 'none'].includes(name))
}

function serviceName(inspect: WholeInspect, taken: readonly string[]): string {
  const wish = (inspect.Config.Labels?.['com.docker.compose.service'] ?? inspect.Name.replace(/^\//, ''))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
  let name = wish
  for (let n = 2; taken.includes(name); n++) name = `${wish}-${n}`
  return name
}

function isAnonymous(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

/** Compose would fill it in. */
function dollar(text: string): string {
  return text.replaceAll('$', '$$$$')
}
