/**
 * The network namespace of an engine without root: its bridges are in there, and one program carries what leaves them
 * to the host's network as if a program of the user sent it (slirp4netns, else pasta). The host's own loopback
 * addresses are not to be reached through it.
 * Namespace and program outlive the engine; they end with the last supervisor (host/attach/hold.c).
 */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { bootId } from '../../host/boot.ts'
import { run } from '../../host/exec.ts'
import { mounts } from '../../host/mount.ts'
import { findProgram, nativeHelper } from '../../host/native-parts.ts'
import { identify, isAlive, type ProcessIdentity } from '../../host/process.ts'
import { spawn } from '../../host/spawn.ts'

/** How containers reach the world. */
export interface Uplink {
  readonly netns: string
  /** The program in use; null when there is none, and networks are internal only. */
  readonly program: 'pasta' | 'slirp4netns' | null
  /** What the person should know, each with its remedy. */
  readonly warnings: readonly string[]
}

/** Where questions to the host's own nameserver are taken inside. */
const RESOLVERS = { pasta: '169.254.1.1', slirp4netns: '10.0.2.3' } as const
const TUN = '/dev/net/tun'
let resolver: string | null = null

/** The address inside at which questions to the host's nameserver are passed on; null without such an uplink. */
export function resolverInside(): string | null {
  return resolver
}

/** How long an uplink may take to say that it cannot; it says nothing when it can. */
const SETTLE_MS = 15_000

/** The namespace of the engine whose state is in `state`, when it is there; else null. */
export function boundUplink(state: string): string | null {
  const path = namespaceOf(state)
  return mounts().some(({ target }) => target === path) ? path : null
}

/** Makes namespace and uplink, or takes over those of an earlier engine. `lifeline` is the FIFO that ends them. */
export async function openUplink(state: string, lifeline: string): Promise<Uplink> {
  const netns = namespaceOf(state)
  await mkdir(folderOf(state), { recursive: true, mode: 0o700 })
  if (boundUplink(state) === null) {
    await rm(netns, { force: true })
    await run(nativeHelper(), ['net', 'join', netns, '-', '-'])
  }
  const running = readGuard(state)
  if (running) return opened(netns, running.program)
  const { program, why } = choose()
  if (program === null) return { netns, program, warnings: [internalOnly(why)] }
  try {
    const guard = await startGuard(program, netns, lifeline, join(folderOf(state), 'log'))
    await writeFile(`${guardFile(state)}.new`, JSON.stringify({ boot: bootId(), program, process: guard }), {
      mode: 0o600,
    })
    await rename(`${guardFile(state)}.new`, guardFile(state))
    return opened(netns, program)
  } catch (error) {
    return { netns, program: null, warnings: [internalOnly((error as Error).message)] }
  }
}

function opened(netns: string, program: 'pasta' | 'slirp4netns'): Uplink {
  resolver = RESOLVERS[program]
  return { netns, program, warnings: [] }
}

/** Takes the namespace away; its uplink ends with the engine. */
export async function closeUplink(state: string): Promise<void> {
  await run(nativeHelper(), ['net', 'leave', namespaceOf(state)])
}

/** pasta is the faster one, but its releases of 2023 stall by chance, and do not say which release they are. */
function choose(): { readonly program: Uplink['program']; readonly why: string } {
  const program = (['slirp4netns', 'pasta'] as const).find((name) => findProgram(name) !== null)
  if (!program)
    return {
      program: null,
      why: 'neither slirp4netns nor pasta is installed. Run: sudo apt-get install slirp4netns',
    }
  if (!existsSync(TUN)) return { program: null, why: `${TUN} is not there. Run: sudo modprobe tun` }
  try {
    accessSync(TUN, constants.R_OK | constants.W_OK)
    return { program, why: '' }
  } catch {
    return { program: null, why: `this user may not open ${TUN}. Run: sudo chmod 0666 ${TUN}` }
  }
}

function internalOnly(why: string): string {
  return `WARNING: Containers reach each other and their published ports, and nothing beyond this host: ${why}`
}

function command(program: 'pasta' | 'slirp4netns', netns: string): readonly string[] {
  if (program === 'slirp4netns')
    return [
      ...[program, '--configure', '--mtu=65520', '--disable-host-loopback'],
      ...['--netns-type=path', netns, 'tap0'],
    ]
  return [
    // No port of the host is watched or opened, and no address inside stands for the host.
    ...[program, '--foreground', '--quiet', '--config-net', '--no-map-gw', '-t', 'none', '-u', 'none'],
    ...['-T', 'none', '-U', 'none', '--dns-forward', RESOLVERS.pasta, '--netns', netns],
  ]
}

/** Starts the program under the helper that ends it, and waits until its link is there. */
async function startGuard(
  program: 'pasta' | 'slirp4netns',
  netns: string,
  lifeline: string,
  log: string,
): Promise<ProcessIdentity> {
  await writeFile(log, '', { mode: 0o600 })
  const script = 'log=$1; shift; exec "$@" 2> "$log"'
  const args = ['hold', lifeline, 'sh', '-c', script, 'sh', log, ...command(program, netns)]
  const child = spawn(nativeHelper(), args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  let ended = false
  child.on('error', () => {
    ended = true
  })
  child.on('exit', () => {
    ended = true
  })
  child.unref()
  for (let waited = 0; waited < SETTLE_MS && !ended; waited += 50) {
    const routes = await run('nsenter', [`--net=${netns}`, '--', 'cat', '/proc/net/route'])
    // A default route has the destination 0.
    const identity = child.pid === undefined ? null : identify(child.pid)
    if (identity && /^\S+\t0{8}\t/m.test(routes.stdout)) return identity
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (child.pid !== undefined && !ended) child.kill('SIGKILL')
  const words = (await readFile(log, 'utf8')).split('\n').filter((line) => !line.includes('to syslog'))
  throw new EngineError('unavailable', `${program} made no way out: ${words.join(' ').trim() || 'it ended'}`)
}

function readGuard(state: string): { readonly program: 'pasta' | 'slirp4netns' } | null {
  try {
    const guard = JSON.parse(readFileSync(guardFile(state), 'utf8')) as {
      boot: string
      program: 'pasta' | 'slirp4netns'
      process: ProcessIdentity
    }
    return guard.boot === bootId() && isAlive(guard.process) ? guard : null
  } catch {
    return null // none was started
  }
}

const folderOf = (state: string) => join(state, 'uplink')
const namespaceOf = (state: string) => join(folderOf(state), 'netns')
const guardFile = (state: string) => join(folderOf(state), 'guard.json')
