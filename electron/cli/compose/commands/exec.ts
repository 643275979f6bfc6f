/** `exec` and `attach`: a program beside a container's own, and the container's own. */
import { selectOne } from '../../../../engine/compose/operate/select.ts'
import { EngineError } from '../../../../engine/errors.ts'
import type { Command } from '../command.ts'
import { join } from '../session.ts'

export const exec: Command = {
  summary: 'Run a program in a container that runs',
  usage:
    '[-d] [-e NAME=VALUE] [--index N] [-T] [--privileged] [-u USER] [-w FOLDER] SERVICE COMMAND [ARGS...]',
  leading: true,
  flags: {
    detach: { type: 'boolean', short: 'd' },
    env: { type: 'string', short: 'e', multiple: true },
    index: { type: 'string' },
    'no-tty': { type: 'boolean', short: 'T' },
    // What they ask for is so already; scripts write them all the same.
    interactive: { type: 'boolean', short: 'i' },
    tty: { type: 'boolean', short: 't' },
    privileged: { type: 'boolean' },
    user: { type: 'string', short: 'u' },
    workdir: { type: 'string', short: 'w' },
  },
  async run(call) {
    const { flags } = call
    const [service, ...command] = call.names
    if (service === undefined || command.length === 0)
      throw new EngineError('invalid', 'exec needs a service and a command')
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const { inspect } = selectOne(containers, service, flags.whole('index'), project)
    if (!inspect.State.Running) throw new EngineError('conflict', `service "${service}" is not running`)
    const detach = flags.yes('detach')
    const terminal =
      !detach && !flags.yes('no-tty') && process.stdin.isTTY === true && process.stdout.isTTY === true
    const id = await client.exec.create(inspect.Id, {
      command,
      terminal,
      stdin: !detach,
      user: flags.text('user'),
      environment: flags.list('env').map(withValue),
      directory: flags.text('workdir'),
      privileged: flags.yes('privileged'),
    })
    if (detach) {
      await client.exec.startDetached(id)
      return 0
    }
    const stream = await client.exec.start(id, { terminal })
    await join(stream, {
      terminal,
      stdin: true,
      resize: (rows, columns) => client.exec.resize(id, rows, columns),
    })
    return (await client.exec.inspect(id)).ExitCode ?? 0
  },
}

export const attach: Command = {
  summary: 'Join the program of a container',
  usage: '[--index N] [--no-stdin] [--sig-proxy=false] SERVICE',
  flags: {
    index: { type: 'string' },
    'no-stdin': { type: 'boolean' },
    'sig-proxy': { type: 'boolean' },
    'no-sig-proxy': { type: 'boolean' },
    'detach-keys': { type: 'string' },
  },
  async run(call) {
    const { flags } = call
    const [service] = call.names
    if (service === undefined) throw new EngineError('invalid', 'attach needs a service')
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const { inspect } = selectOne(containers, service, flags.whole('index'), project)
    if (!inspect.State.Running) throw new EngineError('conflict', `service "${service}" is not running`)
    const stdin = inspect.Config.OpenStdin && !flags.yes('no-stdin')
    const ended = client.containers.wait(inspect.Id)
    const stream = await client.containers.attach(inspect.Id, { logs: false, stdin })
    await join(stream, {
      terminal: inspect.Config.Tty,
      stdin,
      resize: (rows, columns) => client.containers.resize(inspect.Id, rows, columns),
      ...(flags.yes('no-sig-proxy')
        ? {}
        : { onSignal: (signal) => void client.containers.kill(inspect.Id, signal).catch(() => undefined) }),
    })
    return ended
  },
}

/** A name without a value is the shell's own; one that is not set there is not passed on. */
export function withValue(entry: string): string {
  if (entry.includes('=')) return entry
  const value = process.env[entry]
  return value === undefined ? entry : `${entry}=${value}`
}
