/** `run`: one container of a service for one command. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { shortMount } from '../../../../engine/compose/load/attributes/mounts.ts'
import { shortPort } from '../../../../engine/compose/load/attributes/ports.ts'
import type { Mount, Port } from '../../../../engine/compose/load/project.ts'
import { shellWords } from '../../../../engine/compose/load/shell-words.ts'
import { serviceOfRun } from '../../../../engine/compose/operate/oneoff.ts'
import { planRun } from '../../../../engine/compose/plan/up.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { carryOut } from '../carry-out.ts'
import type { Command } from '../command.ts'
import type { Flags } from '../flags.ts'
import { join } from '../session.ts'
import { withValue } from './exec.ts'

export const run: Command = {
  summary: 'Run a command in a container of its own',
  usage:
    '[-d] [-e NAME=VALUE] [--entrypoint WORDS] [-l NAME=VALUE] [--name NAME] [-T] [--no-deps] [-p PORTS] [--rm] [-P] [-u USER] [-v MOUNT] [-w FOLDER] [--use-aliases] SERVICE [COMMAND] [ARGS...]',
  leading: true,
  flags: {
    build: { type: 'boolean' },
    'cap-add': { type: 'string', multiple: true },
    'cap-drop': { type: 'string', multiple: true },
    detach: { type: 'boolean', short: 'd' },
    entrypoint: { type: 'string' },
    env: { type: 'string', short: 'e', multiple: true },
    interactive: { type: 'boolean', short: 'i' },
    'no-interactive': { type: 'boolean' },
    label: { type: 'string', short: 'l', multiple: true },
    name: { type: 'string' },
    'no-tty': { type: 'boolean', short: 'T' },
    tty: { type: 'boolean', short: 't' },
    'no-deps': { type: 'boolean' },
    publish: { type: 'string', short: 'p', multiple: true },
    'quiet-pull': { type: 'boolean' },
    quiet: { type: 'boolean', short: 'q' },
    'remove-orphans': { type: 'boolean' },
    rm: { type: 'boolean' },
    'service-ports': { type: 'boolean', short: 'P' },
    'use-aliases': { type: 'boolean' },
    user: { type: 'string', short: 'u' },
    volume: { type: 'string', short: 'v', multiple: true },
    workdir: { type: 'string', short: 'w' },
  },
  async run(call) {
    const { flags } = call
    const [name, ...command] = call.names
    if (name === undefined) throw new EngineError('invalid', 'run needs a service')
    const { project } = await call.loaded()
    const service = project.services[name] ?? project.disabled[name]
    if (!service) throw new EngineError('not-found', `no such service: ${name}`)
    const detach = flags.yes('detach')
    const stdin = !detach && !flags.yes('no-interactive')
    const terminal =
      stdin && !flags.yes('no-tty') && process.stdin.isTTY === true && process.stdout.isTTY === true
    const entrypoint = flags.text('entrypoint')
    const changed = serviceOfRun(service, {
      command: command.length > 0 ? command : undefined,
      entrypoint: entrypoint === undefined ? undefined : wordsOf(entrypoint),
      environment: Object.fromEntries(flags.list('env').map((entry) => pair(withValue(entry)))),
      labels: Object.fromEntries(flags.list('label').map((entry) => [pair(entry)[0], pair(entry)[1] ?? ''])),
      user: flags.text('user'),
      directory: flags.text('workdir'),
      mounts: flags.list('volume').map(mountOf),
      ports: flags.list('publish').flatMap(portsOf),
      servicePorts: flags.yes('service-ports'),
      aliases: flags.yes('use-aliases'),
      capAdd: flags.list('cap-add'),
      capDrop: flags.list('cap-drop'),
      terminal,
      stdin,
    })
    const container = flags.text('name') ?? `${project.name}-${name}-run-${randomBytes(6).toString('hex')}`
    const whole = { ...project, services: { ...project.services, [name]: service } }
    const plan = planRun(whole, await call.observed(whole), {
      service: changed,
      name: container,
      serviceAlias: flags.yes('use-aliases'),
      noDeps: flags.yes('no-deps'),
    })
    await carryOut(plan, { ...whole, services: { ...whole.services, [name]: changed } }, call)
    if (call.options.dryRun) return 0
    return detach ? startDetached(call, container) : attended(call, container, { terminal, stdin, flags })
  },
}

async function startDetached(call: Parameters<Command['run']>[0], container: string): Promise<number> {
  await (await call.client()).containers.start(container)
  console.log(container)
  return 0
}

/** Joined before it starts, so that nothing it says is missed. */
async function attended(
  call: Parameters<Command['run']>[0],
  container: string,
  { terminal, stdin, flags }: { readonly terminal: boolean; readonly stdin: boolean; readonly flags: Flags },
): Promise<number> {
  const { containers } = await call.client()
  const stream = await containers.attach(container, { logs: false, stdin })
  const ended = containers.wait(container, undefined, 'next-exit')
  ended.catch(() => undefined)
  try {
    await containers.start(container)
    await join(stream, {
      terminal,
      stdin,
      resize: (rows, columns) => containers.resize(container, rows, columns),
      onSignal: (signal) => void containers.kill(container, signal).catch(() => undefined),
    })
    return await ended
  } finally {
    stream.destroy()
    if (flags.yes('rm')) await containers.remove(container, { force: true, volumes: true })
  }
}

function pair(entry: string): readonly [string, string | null] {
  const at = entry.indexOf('=')
  return at === -1 ? [entry, null] : [entry.slice(0, at), entry.slice(at + 1)]
}

function wordsOf(line: string): readonly string[] {
  const read = shellWords(line)
  if ('fault' in read) throw new EngineError('invalid', `--entrypoint ${line}: it ${read.fault}`)
  return read.words
}

function mountOf(line: string): Mount {
  const mount = shortMount(line)
  if (typeof mount === 'string') throw new EngineError('invalid', `-v ${line}: ${mount}`)
  const { type, source, target, options } = mount
  return {
    type,
    target,
    ...(source === '' ? {} : { source: type === 'bind' ? path.resolve(source) : source }),
    ...(options.includes('ro') ? { read_only: true } : {}),
    ...(type === 'bind' ? { bind: { create_host_path: true } } : {}),
  }
}

function portsOf(line: string): readonly Port[] {
  const read = shortPort(line)
  if ('fault' in read) throw new EngineError('invalid', `-p ${line}: ${read.fault}`)
  return read.ports.map(({ hostIp, protocol, published, target }) => ({
    mode: 'ingress',
    target,
    protocol: protocol as Port['protocol'],
    ...(hostIp === '' ? {} : { host_ip: hostIp }),
    ...(published === '' ? {} : { published }),
  }))
}
