/** The same run in three forms: the engine's create request, a docker line, and compose YAML. Pure. */
import { stringify } from 'yaml'
import type { ContainerCreate, PortBinding } from '../../../engine/client/shapes.ts'
import type { RunInput } from '../../contract/containers.ts'
import { shortName } from '../images/reference.ts'
import { line } from './words.ts'

/** The body of POST /containers/create. */
export function createBody(run: RunInput): ContainerCreate {
  const bindings: Record<string, PortBinding[]> = {}
  const exposed: Record<string, Record<string, never>> = {}
  for (const port of run.ports) {
    const key = `${port.containerPort}/${port.protocol}`
    exposed[key] = {}
    bindings[key] ??= []
    bindings[key].push({ HostIp: port.hostIp, HostPort: port.hostPort === 0 ? '' : String(port.hostPort) })
  }
  return {
    Image: run.image,
    ...(run.command.length > 0 && { Cmd: run.command }),
    ...(run.entrypoint && run.entrypoint.length > 0 && { Entrypoint: run.entrypoint }),
    ...(run.hostname && { Hostname: run.hostname }),
    ...(run.user && { User: run.user }),
    ...(run.workingDirectory && { WorkingDir: run.workingDirectory }),
    Env: run.environment.map(({ name, value }) => `${name}=${value}`),
    Tty: run.terminal,
    OpenStdin: run.terminal,
    ExposedPorts: exposed,
    HostConfig: {
      Binds: run.mounts.map((mount) => bindOf(mount)),
      PortBindings: bindings,
      NetworkMode: run.network,
      RestartPolicy: { Name: run.restart },
      AutoRemove: run.removeWhenDone,
      ReadonlyRootfs: run.readOnly,
      ...(run.memoryBytes && { Memory: run.memoryBytes }),
      ...(run.cpus && { NanoCpus: Math.round(run.cpus * 1e9) }),
    },
  }
}

/** The line for a shell; `docker create` when it is not to be started. */
export function dockerRunLine(run: RunInput): string {
  const words = [
    'docker',
    ...(run.start ? ['run', run.terminal ? '-dit' : '-d'] : ['create', ...(run.terminal ? ['-it'] : [])]),
  ]
  const option = (name: string, value: string | undefined) => {
    if (value) words.push(name, value)
  }
  if (run.removeWhenDone) words.push('--rm')
  option('--name', run.name)
  for (const port of run.ports) words.push('-p', publishOf(port))
  for (const mount of run.mounts) words.push('-v', bindOf(mount))
  for (const { name, value } of run.environment) words.push('-e', `${name}=${value}`)
  if (run.network !== 'bridge') words.push('--network', run.network)
  option('--hostname', run.hostname)
  option('-u', run.user)
  option('-w', run.workingDirectory)
  if (run.restart !== 'no') words.push('--restart', run.restart)
  if (run.memoryBytes) words.push('--memory', sizeWord(run.memoryBytes))
  if (run.cpus) words.push('--cpus', String(run.cpus))
  if (run.readOnly) words.push('--read-only')
  // Docker's flag takes one word; the rest of an entrypoint comes before the command.
  const [entry, ...entryRest] = run.entrypoint ?? []
  option('--entrypoint', entry)
  return line([...words, run.image, ...entryRest, ...run.command])
}

/** The run with the values of variables that are secret by their names blotted out: for a log that stays on screen. */
export function withoutSecrets(run: RunInput): RunInput {
  const secret = /(pass(word|wd|phrase)?|secret|token|api_?key|private_?key|credential)/i
  const environment = run.environment.map(({ name, value }) => ({
    name,
    value: secret.test(name) && value !== '' ? '***' : value,
  }))
  return { ...run, environment }
}

/** A compose file with this one service. */
export function composeYaml(run: RunInput): string {
  const name = (run.name || shortName(run.image)).toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-') || 'app'
  const named = run.mounts.filter((mount) => mount.kind === 'volume' && mount.source !== '')
  const service = {
    image: run.image,
    ...(run.name && { container_name: run.name }),
    ...(run.entrypoint && run.entrypoint.length > 0 && { entrypoint: run.entrypoint.map(escapeDollar) }),
    ...(run.command.length > 0 && { command: run.command.map(escapeDollar) }),
    ...(run.ports.length > 0 && { ports: run.ports.map(publishOf) }),
    ...(run.mounts.length > 0 && { volumes: run.mounts.map((mount) => bindOf(mount)) }),
    ...(run.environment.length > 0 && {
      environment: Object.fromEntries(run.environment.map(({ name, value }) => [name, escapeDollar(value)])),
    }),
    ...(run.network !== 'bridge' && { network_mode: run.network }),
    ...(run.hostname && { hostname: run.hostname }),
    ...(run.user && { user: run.user }),
    ...(run.workingDirectory && { working_dir: run.workingDirectory }),
    ...(run.restart !== 'no' && { restart: run.restart }),
    ...(run.memoryBytes && { mem_limit: sizeWord(run.memoryBytes) }),
    ...(run.cpus && { cpus: run.cpus }),
    ...(run.readOnly && { read_only: true }),
    ...(run.terminal && { stdin_open: true, tty: true }),
  }
  return stringify({
    services: { [name]: service },
    ...(named.length > 0 && { volumes: Object.fromEntries(named.map((mount) => [mount.source, {}])) }),
  })
}

function publishOf(port: RunInput['ports'][number]): string {
  const address = port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp
  const inside = `${port.containerPort}${port.protocol === 'udp' ? '/udp' : ''}`
  const outside = port.hostPort === 0 ? '' : String(port.hostPort)
  if (address === '' && outside === '') return inside
  return [...(address === '' ? [] : [address]), outside, inside].join(':')
}

/** An empty source is an anonymous volume. */
function bindOf(mount: RunInput['mounts'][number]): string {
  const parts = mount.source === '' ? [mount.destination] : [mount.source, mount.destination]
  return [...parts, ...(mount.readOnly ? ['ro'] : [])].join(':')
}

/** The largest unit that says it exactly. */
function sizeWord(bytes: number): string {
  for (const [unit, size] of [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`
  }
  return `${bytes}b`
}

/** Compose would expand it. */
function escapeDollar(text: string): string {
  return text.replaceAll('$', '$$$$')
}
