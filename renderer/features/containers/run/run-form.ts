/** The run form's values as a person types them, and their way to and from the contract's input. */
import { parseMemory } from '../../../lib/bytes.ts'
import { joinWords, splitWords } from '../../../lib/words.ts'
import type { RunInput } from '../../../rpc/views.ts'

export interface PortField {
  readonly key: number
  readonly hostIp: string
  readonly hostPort: string
  readonly containerPort: string
  readonly protocol: 'tcp' | 'udp'
}

export interface MountField {
  readonly key: number
  readonly kind: 'volume' | 'bind'
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
}

export interface VariableField {
  readonly key: number
  readonly name: string
  readonly value: string
}

export interface RunForm {
  readonly image: string
  readonly name: string
  readonly ports: readonly PortField[]
  readonly mounts: readonly MountField[]
  readonly environment: readonly VariableField[]
  readonly command: string
  readonly entrypoint: string
  readonly network: RunInput['network']
  readonly hostname: string
  readonly user: string
  readonly workingDirectory: string
  readonly restart: RunInput['restart']
  readonly memory: string
  readonly cpus: string
  readonly terminal: boolean
  readonly removeWhenDone: boolean
  readonly readOnly: boolean
}

export const EMPTY_FORM: RunForm = {
  image: '',
  name: '',
  ports: [],
  mounts: [],
  environment: [],
  command: '',
  entrypoint: '',
  network: 'bridge',
  hostname: '',
  user: '',
  workingDirectory: '',
  restart: 'no',
  memory: '',
  cpus: '',
  terminal: false,
  removeWhenDone: false,
  readOnly: false,
}

let keys = 0

/** A number for a new line of the form, so that its box keeps its focus when others come and go. */
export function nextKey(): number {
  keys += 1
  return keys
}

export type Read = { readonly input: RunInput } | { readonly problem: string }

/** Reads the form. Lines that are wholly empty are left out; the first thing that is wrong is told. */
export function readForm(form: RunForm, engine: string, start: boolean): Read {
  if (form.image.trim() === '') return { problem: 'Name an image to run' }
  const ports: RunInput['ports'] = []
  for (const port of form.ports) {
    if (port.hostPort.trim() === '' && port.containerPort.trim() === '') continue
    const containerPort = portNumber(port.containerPort)
    const hostPort = port.hostPort.trim() === '' ? 0 : portNumber(port.hostPort)
    if (containerPort === null || containerPort === 0)
      return { problem: 'A port of the container is a number from 1 to 65535' }
    if (hostPort === null) return { problem: 'A port of this machine is a number from 1 to 65535' }
    ports.push({ hostIp: port.hostIp.trim(), hostPort, containerPort, protocol: port.protocol })
  }
  const mounts: RunInput['mounts'] = []
  for (const mount of form.mounts) {
    const source = mount.source.trim()
    const destination = mount.destination.trim()
    if (source === '' && destination === '') continue
    if (!destination.startsWith('/'))
      return { problem: 'A volume needs a path in the container that starts with /' }
    if (mount.kind === 'bind' && !source.startsWith('/'))
      return { problem: 'A folder of this machine starts with /' }
    mounts.push({ kind: mount.kind, source, destination, readOnly: mount.readOnly })
  }
  const memoryBytes = form.memory.trim() === '' ? undefined : parseMemory(form.memory)
  if (memoryBytes === null) return { problem: 'Memory reads like 512m or 2g' }
  const cpus = form.cpus.trim() === '' ? undefined : Number(form.cpus)
  if (cpus !== undefined && !(cpus > 0)) return { problem: 'CPUs is a number such as 1.5' }
  return {
    input: {
      engine,
      image: form.image.trim(),
      ...given('name', form.name.trim()),
      ports,
      mounts,
      environment: form.environment
        .filter((variable) => variable.name.trim() !== '')
        .map((variable) => ({ name: variable.name.trim(), value: variable.value })),
      command: [...splitWords(form.command)],
      ...(form.entrypoint.trim() === '' ? {} : { entrypoint: [...splitWords(form.entrypoint)] }),
      network: form.network,
      ...given('hostname', form.hostname.trim()),
      ...given('user', form.user.trim()),
      ...given('workingDirectory', form.workingDirectory.trim()),
      restart: form.restart,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpus === undefined ? {} : { cpus }),
      terminal: form.terminal,
      removeWhenDone: form.removeWhenDone,
      readOnly: form.readOnly,
      start,
    },
  }
}

/** The form that says what `input` says: for a pasted docker line. */
export function formOf(input: RunInput): RunForm {
  return {
    image: input.image,
    name: input.name ?? '',
    ports: input.ports.map((port) => ({
      key: nextKey(),
      hostIp: port.hostIp,
      hostPort: port.hostPort === 0 ? '' : String(port.hostPort),
      containerPort: String(port.containerPort),
      protocol: port.protocol,
    })),
    mounts: input.mounts.map((mount) => ({ key: nextKey(), ...mount })),
    environment: input.environment.map((variable) => ({ key: nextKey(), ...variable })),
    command: joinWords(input.command),
    entrypoint: joinWords(input.entrypoint ?? []),
    network: input.network,
    hostname: input.hostname ?? '',
    user: input.user ?? '',
    workingDirectory: input.workingDirectory ?? '',
    restart: input.restart,
    memory: input.memoryBytes ? memoryText(input.memoryBytes) : '',
    cpus: input.cpus ? String(input.cpus) : '',
    terminal: input.terminal,
    removeWhenDone: input.removeWhenDone,
    readOnly: input.readOnly,
  }
}

/** Whether pasted text is a docker (or podman) run line. */
export function isRunLine(text: string): boolean {
  return /^\s*(?:\$\s*)?(?:sudo\s+)?(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\s/.test(text)
}

function given<Key extends string>(key: Key, value: string): { readonly [K in Key]?: string } {
  return (value === '' ? {} : { [key]: value }) as { readonly [K in Key]?: string }
}

function portNumber(text: string): number | null {
  if (!/^\s*\d{1,5}\s*$/.test(text)) return null
  const value = Number(text)
  return value <= 65535 ? value : null
}

function memoryText(bytes: number): string {
  for (const [unit, size] of [
    ['g', 1024 ** 3],
    ['m', 1024 ** 2],
    ['k', 1024],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`
  }
  return String(bytes)
}
