/**
 * An engine without root lives in a user namespace and a mount namespace of its own. A small process, the holder,
 * keeps them while engines come and go, so that a killed engine's containers and mounts are still there for the next.
 * The holder ends by itself when neither an engine nor a container's supervisor is left (attach/hold.c).
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { bootId } from '../boot.ts'
import { run } from '../exec.ts'
import { nativeHelper } from '../native-parts.ts'
import { identify, isAlive, type ProcessIdentity } from '../process.ts'
import { spawn } from '../spawn.ts'
import { namespaceRemedy } from './refused.ts'
import { currentUser, needSubordinateIds } from './subordinate-ids.ts'

/** The namespaces of a rootless engine: who keeps them, and the FIFO that says how long. */
export interface Holder {
  readonly process: ProcessIdentity
  readonly lifeline: string
}

/** The FIFO of the engine whose state is in `state`. */
export function lifelineOf(state: string): string {
  return join(state, 'lifeline')
}

/** The holder of the engine whose state is in `state`, when it runs. */
export function runningHolder(state: string): Holder | null {
  try {
    const file = readFileSync(holderFile(state), 'utf8')
    const { boot, process } = JSON.parse(file) as { boot: string; process: ProcessIdentity }
    return boot === bootId() && isAlive(process) ? { process, lifeline: lifelineOf(state) } : null
  } catch {
    return null // never written, or half: then nothing was made in it either
  }
}

/**
 * The holder, started if there is none. The caller has the engine's lock.
 * Throws `unavailable` with a remedy where users may have no namespaces.
 */
export async function holdNamespaces(state: string): Promise<Holder> {
  const running = runningHolder(state)
  if (running) return running
  await needSubordinateIds(currentUser())
  makeStateFolder(state)
  const line = lifelineOf(state)
  // Whoever has the lifeline open is in the namespaces, and keeps them after a holder that was killed.
  const survivor = openedBy(line)
  if (survivor === null) {
    rmSync(line, { force: true })
    await run('mkfifo', ['-m', '0600', line])
  }
  const process = await startHolder(line, survivor)
  writeFileSync(`${holderFile(state)}.new`, JSON.stringify({ boot: bootId(), process }), { mode: 0o600 })
  renameSync(`${holderFile(state)}.new`, holderFile(state))
  return { process, lifeline: line }
}

/** Becomes `program` inside the holder's namespaces: this process, with its id, streams and folder. Never returns. */
export function enter(holder: Holder, program: string, args: readonly string[]): never {
  const { pid } = holder.process
  become(nativeHelper(), ['enter', String(pid), holder.lifeline, program, ...args])
}

/** The same in namespaces that end with it: to look at what no engine has open. */
export function enterForNow(program: string, args: readonly string[]): never {
  process.env.LONGSHORE_LIFELINE = ''
  become('/usr/bin/env', ['unshare', ...NAMESPACES, program, ...args])
}

const NAMESPACES = ['--user', '--map-auto', '--map-root-user', '--mount', '--propagation', 'slave']

function become(program: string, args: readonly string[]): never {
  if (!process.execve) throw new EngineError('unavailable', 'the engine needs Node 24 or later')
  process.execve(program, [program, ...args], process.env)
  throw new EngineError('internal', `cannot run ${program}`)
}

async function startHolder(line: string, survivor: number | null): Promise<ProcessIdentity> {
  const hold = [nativeHelper(), 'hold', line]
  const [program = '', ...args] =
    survivor === null
      ? ['unshare', ...NAMESPACES, ...hold]
      : [nativeHelper(), 'enter', String(survivor), line, ...hold]
  const child = spawn(program, args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString('utf8')
  })
  const ready = await new Promise<boolean>((resolve, reject) => {
    child.stdout.once('data', () => resolve(true))
    child.on('close', () => resolve(false))
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', `cannot run unshare (util-linux): ${cause.message}`, { cause })),
    )
  })
  const process = child.pid === undefined ? null : identify(child.pid)
  if (!ready || !process) throw refused(words.trim())
  for (const stream of [child.stdout, child.stderr]) stream.destroy()
  child.unref()
  return process
}

function refused(words: string): EngineError {
  const remedy = namespaceRemedy()
  return new EngineError(
    'unavailable',
    `this host gives users no namespaces of their own, which an engine without root lives in: ${words || 'unshare ended'}.${remedy === null ? '' : ` ${remedy}`}`,
  )
}

/** A process of this user that has the file open; null when none has. */
function openedBy(file: string): number | null {
  if (!existsSync(file)) return null
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const has = (pid: string) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file)
    } catch {
      return false // gone, or another user's
    }
  }
  const found = pids.find(has)
  return found === undefined ? null : Number(found)
}

function makeStateFolder(state: string): void {
  const above = dirname(dirname(state))
  if (!existsSync(above)) {
    throw new EngineError(
      'unavailable',
      `the folder for running things, ${above}, is not there: log in (not only su), run: sudo loginctl enable-linger ${currentUser().name} - or set XDG_RUNTIME_DIR to a folder of yours`,
    )
  }
  mkdirSync(state, { recursive: true, mode: 0o700 })
}

const holderFile = (state: string) => join(state, 'holder.json')
