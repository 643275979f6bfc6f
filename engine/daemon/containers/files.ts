/** The files of a container that the engine writes: hostname, hosts, resolv.conf, and where its log is. */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint, Sandbox } from '../../network/network.ts'
import type { MountSettings } from '../../runtime/runtime.ts'
import { hasNames } from '../networks/naming.ts'
import type { NetworkRegistry } from '../networks/network-registry.ts'
import type { ContainerDefinition } from '../records/container-record.ts'
import type { DaemonSettings } from '../settings.ts'
import { hostResolvConf } from './host-resolvers.ts'
import type { UserRemap } from './user-namespace.ts'

/** Where every container on a network with names finds them. */
const RESOLVER = '127.0.0.11'

/** What the texts of these files are made of. */
export interface NameFacts {
  readonly config: Pick<ContainerDefinition['config'], 'Hostname' | 'Domainname'>
  readonly host: Pick<
    ContainerDefinition['host'],
    'NetworkMode' | 'ExtraHosts' | 'Dns' | 'DnsOptions' | 'DnsSearch'
  >
}

/** Paths of one container's files. */
export interface ContainerFiles {
  readonly directory: string
  readonly log: string
  readonly hostname: string
  readonly hosts: string
  readonly resolvConf: string
}

export function containerFiles(directory: string, id: string): ContainerFiles {
  const own = join(directory, id)
  return {
    directory: own,
    log: join(own, 'container.log'),
    hostname: join(own, 'hostname'),
    hosts: join(own, 'hosts'),
    resolvConf: join(own, 'resolv.conf'),
  }
}

/** Writes them for a start. They need not be durable: each start writes them again. */
export async function writeContainerFiles(
  files: ContainerFiles,
  definition: ContainerDefinition,
  sandbox: Sandbox | null,
  networks: NetworkRegistry,
  linked: readonly string[],
  remap: UserRemap | null = null,
): Promise<void> {
  const { config, host } = definition
  await mkdir(files.directory, { recursive: true, mode: 0o710 })
  await Promise.all([
    writeFile(files.hostname, `${config.Hostname}\n`, { mode: 0o644 }),
    writeFile(
      files.hosts,
      hostsText(definition, sandbox, networks, linked, await hostsOfHost(host.NetworkMode)),
      {
        mode: 0o644,
      },
    ),
    writeFile(
      files.resolvConf,
      resolvConfText(
        definition,
        await hostResolvConf(host.NetworkMode === 'host'),
        hasNames(sandbox, networks),
      ),
      {
        mode: 0o644,
      },
    ),
  ])
  if (remap === null) return
  // They are the container's own files, which its root may change.
  for (const file of [files.hostname, files.hosts, files.resolvConf]) await chown(file, remap.uid, remap.gid)
  await chown(files.directory, 0, remap.gid)
}

/** The container's own resolver settings, and where it says nothing those that are set for all. */
export function withResolver<T extends Pick<NameFacts, 'host'>>(
  definition: T,
  { dns, dnsOptions, dnsSearch }: DaemonSettings['network'],
): T {
  const { host } = definition
  const either = (own: readonly string[] | null, common: readonly string[]) => (own?.length ? own : common)
  return {
    ...definition,
    host: {
      ...host,
      Dns: either(host.Dns, dns),
      DnsOptions: either(host.DnsOptions, dnsOptions),
      DnsSearch: either(host.DnsSearch, dnsSearch),
    },
  }
}

/** Binds them into place. */
export function fileMounts(files: ContainerFiles): MountSettings[] {
  const mount = (source: string, destination: string): MountSettings => ({
    type: 'bind',
    source,
    destination,
    readOnly: false,
  })
  return [
    mount(files.resolvConf, '/etc/resolv.conf'),
    mount(files.hostname, '/etc/hostname'),
    mount(files.hosts, '/etc/hosts'),
  ]
}

/** Content of /etc/hosts. `linked` are lines of containers that it links to; `base` is the host's own file on the host network. */
export function hostsText(
  { config, host }: NameFacts,
  sandbox: Sandbox | null,
  networks: Pick<NetworkRegistry, 'bridge' | 'hostGateways'>,
  linked: readonly string[],
  base: string | null,
): string {
  const endpoints = sandbox?.endpoints ?? []
  const own = sandbox === null ? '127.0.0.1' : (networks.bridge.subnets[0]?.gateway ?? '127.0.0.1')
  const gateways = networks.hostGateways.length > 0 ? networks.hostGateways : [own]
  const extra = (host.ExtraHosts ?? []).map((entry) => {
    const split = entry.indexOf(entry.includes('=') ? '=' : ':')
    const address = entry.slice(split + 1)
    const resolved = address === 'host-gateway' ? gateways : [address]
    return resolved.map((each) => `${each}\t${entry.slice(0, split)}\n`).join('')
  })
  const local =
    base ??
    '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n'
  const lines = endpoints.map((endpoint) => ownLines(config, endpoint))
  return `${local}${extra.join('')}${linked.join('')}${lines.join('')}`
}

/** What a container's own hosts file says of one of its endpoints. */
export function ownLines(
  { Hostname, Domainname }: Pick<ContainerDefinition['config'], 'Hostname' | 'Domainname'>,
  { address, address6 }: Pick<Endpoint, 'address' | 'address6'>,
): string {
  const names = Domainname ? `${Hostname}.${Domainname} ${Hostname}` : Hostname
  return [address, address6].map((each) => (each === '' ? '' : `${each}\t${names}\n`)).join('')
}

/**
 * Content of /etc/resolv.conf: the host's, without resolvers that only the host can reach, or what was asked for. One on
 * a network with names asks the server of names, which asks the others for it.
 */
export function resolvConfText({ host }: Pick<NameFacts, 'host'>, base: string, named: boolean): string {
  const lines = base.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const shared = host.NetworkMode === 'host'
  const reachable = lines.filter(
    (line) => !line.startsWith('nameserver') || shared || !/^nameserver\s+(127\.|::1)/.test(line),
  )
  const kept = reachable.filter(
    (line) =>
      !((named || host.Dns?.length) && line.startsWith('nameserver')) &&
      !(host.DnsSearch?.length && /^(search|domain)\b/.test(line)) &&
      !((named || host.DnsOptions?.length) && line.startsWith('options')),
  )
  const inherited = lines.flatMap((line) => (line.startsWith('options') ? line.split(/\s+/).slice(1) : []))
  const own = host.DnsOptions ?? []
  const options = named
    ? [
        ...(own.length > 0 ? own : inherited),
        ...(own.some((each) => each.startsWith('ndots:')) ? [] : ['ndots:0']),
      ]
    : own
  const search = (host.DnsSearch ?? []).filter((domain) => domain !== '.')
  const asked = [
    ...(named ? [RESOLVER] : (host.Dns ?? [])).map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ]
  const all = [...kept, ...asked]
  return all.length === 0 ? '' : `${all.join('\n')}\n`
}

async function hostsOfHost(networkMode: string): Promise<string | null> {
  return networkMode === 'host' ? readText('/etc/hosts') : null
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '') // a host without the file gives nothing
}
