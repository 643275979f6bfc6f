/** Values of secrets, and agents for --ssh: read here, as whoever runs the command, and given to the engine. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { BuildSecret, BuildStart } from '../../../engine/api/longshore/builds.ts'
import { EngineError } from '../../../engine/errors.ts'
import type { WantedSecret, WantedSsh } from './options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** As BuildKit has it. */
const MAX_SECRET_BYTES = 500 * 1024

/** Reads them. Throws `not-found` and `invalid`. */
export async function readSecrets(
  wanted: readonly WantedSecret[],
  environment: Environment,
  cwd: string,
): Promise<readonly BuildSecret[]> {
  return Promise.all(
    wanted.map(async ({ id, from }) => {
      const value =
        'env' in from
          ? Buffer.from(environment[from.env] ?? '')
          : await readSecretFile(path.resolve(cwd, from.file), id)
      if (value.length > MAX_SECRET_BYTES)
        throw new EngineError(
          'invalid',
          `the secret ${id} is too large (${value.length} bytes, at most 500 KiB)`,
        )
      return { id, base64: value.toString('base64') }
    }),
  )
}

async function readSecretFile(place: string, id: string): Promise<Buffer> {
  return readFile(place).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such file or directory' : cause.message
    throw new EngineError('not-found', `failed to read the secret ${id}: ${place}: ${why}`, { cause })
  })
}

/** Sockets of agents, until `close`. */
export interface Agents {
  readonly sockets: NonNullable<BuildStart['ssh']>
  close(): void
}

/** The agent of the environment, another's socket, or one of our own that has the named keys. Throws `invalid`. */
export async function openAgents(
  wanted: readonly WantedSsh[],
  environment: Environment,
  cwd: string,
): Promise<Agents> {
  const sockets: { id: string; socket: string }[] = []
  const closers: (() => void)[] = []
  const close = () => {
    for (const each of closers.splice(0)) each()
  }
  try {
    for (const { id, paths } of wanted) {
      const places = paths.map((place) => path.resolve(cwd, place))
      const [first] = places
      if (first === undefined) {
        const socket = environment.SSH_AUTH_SOCK
        if (!socket)
          throw new EngineError(
            'invalid',
            `--ssh ${id}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set`,
          )
        sockets.push({ id, socket })
      } else if ((await stat(first).catch(() => null))?.isSocket()) sockets.push({ id, socket: first })
      else {
        const agent = await ownAgent(places)
        closers.push(agent.close)
        sockets.push({ id, socket: agent.socket })
      }
    }
  } catch (error) {
    close()
    throw error
  }
  return { sockets, close }
}

/** An agent that knows these keys alone and ends with us. */
async function ownAgent(
  keys: readonly string[],
): Promise<{ readonly socket: string; readonly close: () => void }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-ssh-'))
  const socket = path.join(folder, 'agent.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  const failed = new Promise<never>((_, reject) => {
    agent.on('error', (cause) =>
      reject(
        new EngineError('unavailable', 'a key for --ssh needs the programs ssh-agent and ssh-add', { cause }),
      ),
    )
  })
  const close = () => {
    agent.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([failed, listening(socket)])
    for (const key of keys) await Promise.race([failed, addKey(key, socket)])
  } catch (error) {
    close()
    throw error
  }
  return { socket, close }
}

async function listening(socket: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await stat(socket).catch(() => null))?.isSocket()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new EngineError('unavailable', 'ssh-agent did not start')
}

function addKey(key: string, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-add', ['-q', key], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A key with a passphrase would ask for it in the middle of a build's output.
      env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never' },
    })
    const said: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else
        reject(
          new EngineError(
            'invalid',
            `the ssh key ${key} cannot be used: ${Buffer.concat(said).toString().trim()}`,
          ),
        )
    })
  })
}
