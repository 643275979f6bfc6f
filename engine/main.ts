/**
 * The engine's command: reads the command line, opens the daemon, serves it. The only place that knows both the daemon
 * and the server.
 */
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import type { EngineConfig } from './config/config.ts'
import { type Command, parseCommand } from './config/flags.ts'
import { reloaded } from './config/reload.ts'
import { EngineError } from './errors.ts'
import { entered, hostUid, inUserNamespace } from './host/user-namespace.ts'
import { takeInherited } from './server/inherited.ts'

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      process.stdout.write((await import('./config/help.ts')).helpText())
      return
    case 'serve':
      return serve(command)
    case 'stop':
      return (await import('./server/ask.ts')).stopEngine(command.config, patienceOf(command.config))
    case 'status':
      process.exitCode = await status(command.config)
      return
    case 'config':
      process.stdout.write(`${JSON.stringify(command.config, null, 2)}\n`)
      return
    case 'install':
      return installUnits(command)
    case 'uninstall':
      return uninstallUnits(command)
    case 'prune':
      return prune(command)
    case 'check':
      process.exitCode = await check(command.json)
      return
    case 'verify':
      process.exitCode = await verify(command)
      return
  }
}

/** How long an engine may take to end, in milliseconds: as long as its containers have, and some. */
function patienceOf({ settings: { liveRestore, shutdownTimeoutSeconds } }: EngineConfig): number {
  return 30_000 + (liveRestore ? 0 : shutdownTimeoutSeconds * 1000)
}

async function status(config: EngineConfig): Promise<number> {
  const { engineVersion } = await import('./server/ask.ts')
  const version = await engineVersion(config.socket)
  if (version === null) process.stdout.write(`no engine answers on ${config.socket}\n`)
  else process.stdout.write(`engine ${version} answers on ${config.socket}\n`)
  return version === null ? 1 : 0
}

async function installUnits(command: Extract<Command, { kind: 'install' }>): Promise<void> {
  const { install, printUnits, unitDirectory } = await import('./host/systemd/install.ts')
  const { unitsOf } = await import('./host/systemd/units.ts')
  const { config, scope, print, flags } = command
  const { liveRestore, shutdownTimeoutSeconds } = config.settings
  const facts = {
    scope,
    command: [process.execPath, realpathSync(process.argv[1] ?? ''), ...flags],
    socket: config.socket,
    group: config.group,
    stopSeconds: liveRestore ? 0 : shutdownTimeoutSeconds,
  }
  const directory = command.directory ?? unitDirectory(scope, process.env)
  if (print) {
    process.stdout.write(printUnits(unitsOf(facts), directory))
    return
  }
  const start = command.directory === null
  const { engineVersion } = await import('./server/ask.ts')
  if (start && (await engineVersion(config.socket)) !== null)
    throw new EngineError(
      'conflict',
      `an engine answers on ${config.socket} already: end it with "longshore engine stop", its containers run on`,
    )
  process.stdout.write(`${(await install(facts, directory, start)).join('\n')}\n`)
}

async function uninstallUnits({ scope, directory }: Extract<Command, { kind: 'uninstall' }>): Promise<void> {
  const { uninstall, unitDirectory } = await import('./host/systemd/install.ts')
  const from = directory ?? unitDirectory(scope, process.env)
  process.stdout.write(`${(await uninstall(scope, from, directory === null)).join('\n')}\n`)
}

/** Asks the engine that runs what nothing needs, and prints it; with `--yes` has it removed. */
async function prune({
  config,
  plan: only,
  json,
  query,
}: Extract<Command, { kind: 'prune' }>): Promise<void> {
  const { askEngine } = await import('./server/ask.ts')
  const { humanBytes, printPrune } = await import('./daemon/prune/print.ts')
  const plan = (await askEngine(config.socket, 'GET', `/longshore/v1/prune?${query}`)) as Parameters<
    typeof printPrune
  >[0]
  if (only) {
    process.stdout.write(json ? `${JSON.stringify(plan)}\n` : printPrune(plan))
    return
  }
  const result = (await askEngine(config.socket, 'POST', '/longshore/v1/prune', plan)) as {
    readonly removed: readonly object[]
    readonly left: readonly { readonly kind: string; readonly id: string; readonly why: string }[]
    readonly bytes: number
  }
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else {
    for (const { kind, id, why } of result.left) process.stdout.write(`left  ${kind} ${id}: ${why}\n`)
    process.stdout.write(`removed ${result.removed.length}, which freed ${humanBytes(result.bytes)}\n`)
  }
}

/**
 * Without root, an engine serves and looks at its data in namespaces of its own: this process becomes that engine.
 * It is root in there, so that this is done once.
 */
async function enterOwnNamespaces(command: Command): Promise<void> {
  if (process.getuid?.() === 0 || (command.kind !== 'serve' && command.kind !== 'verify')) return
  const { enter, enterForNow, holdNamespaces, runningHolder } = await import('./host/rootless/holder.ts')
  const { lock, state } = command.config.paths
  const args = [...process.execArgv, ...process.argv.slice(1)]
  if (command.kind === 'verify') {
    const holder = runningHolder(state)
    return holder ? enter(holder, process.execPath, args) : enterForNow(process.execPath, args)
  }
  const { lockRoot } = await import('./daemon/root-lock.ts')
  const unlock = lockRoot(lock)
  const holder = await holdNamespaces(state)
  unlock()
  enter(holder, process.execPath, args)
}

async function serve({ config, reread }: Extract<Command, { kind: 'serve' }>): Promise<void> {
  // Folders of images and containers have the modes that were meant, whoever starts the engine.
  process.umask(0o022)
  const { openDaemon } = await import('./daemon/daemon.ts')
  const { lockRoot } = await import('./daemon/root-lock.ts')
  const { createApi } = await import('./server/server.ts')
  const { openDoors, openListeners } = await import('./server/listen.ts')
  const log = openLog(config)
  const report = (error: unknown, what: string) => log.write('error', `${what} failed: ${describe(error)}`)
  // One request that goes wrong in a way that nobody thought of must not end the others.
  process.on('unhandledRejection', (error) => report(error, 'something that nobody waited for'))
  process.on('uncaughtException', (error) => report(error, 'something that nobody listened to'))
  const unlock = lockRoot(config.paths.lock)
  const warnings = openDoors(config.hosts, config.tls)
  for (const warning of warnings) log.write('warn', warning)
  for (const name of Object.keys(config.settings.features))
    log.write('warn', `features: nothing in this engine depends on "${name}"`)
  const userRemap = await userRemapOf(config)
  const options = { ...(await daemonOptions(config, report)), warnings, userRemap }
  const daemon = await openDaemon(options).catch(async (error: unknown) => {
    await userRemap.abandon()
    throw error
  })
  if (daemon.recovered !== '') log.write('info', `recovered:\n${daemon.recovered}`)
  const { experimental } = config.settings
  const trace = (line: string) => log.write('debug', line)
  const api = createApi(daemon, { engineVersion: VERSION, experimental, trace }, report)
  const { hosts, group, tls, pidFile } = config
  const listeners = await openListeners(api, { addresses: hosts, group, tls, inherited })
  writePid(pidFile)
  log.write('info', `API listens on ${listeners.names.join(', ')}, root ${config.paths.root}`)

  let running = config
  process.on('SIGHUP', () => {
    running = reload(running, reread, { daemon, listeners, log })
  })
  let asked = 0
  const end = async (signal: string) => {
    asked++
    if (asked === 2)
      log.write('warn', `${signal} again: once more ends the engine without waiting for containers`)
    if (asked > 2) process.exit(1)
    if (asked > 1) return
    const containers = running.settings.liveRestore ? 'run on' : 'are stopped'
    log.write('info', `${signal}: the engine ends, its containers ${containers}`)
    listeners.close()
    await daemon.close().catch((error: unknown) => report(error, 'ending'))
    rmSync(pidFile, { force: true })
    unlock()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal))
}

/** Throws `invalid`, naming the file. */
function writePid(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`)
  } catch (cause) {
    throw new EngineError('invalid', `pidfile ${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** Reads the file again. What cannot be is said in the log, and everything stays as it was. */
function reload(running: EngineConfig, reread: () => EngineConfig, parts: Reloaded): EngineConfig {
  const { daemon, listeners, log } = parts
  try {
    const fresh = reread()
    const { config, applied, ignored } = reloaded(running, fresh, readText)
    listeners.reloadTls()
    daemon.reload(config.settings)
    log.setLevel(config.logLevel)
    const said = [
      applied.length > 0 ? `from now on: ${applied.join(', ')}` : 'nothing changes',
      ...(ignored.length > 0 ? [`from the next start on: ${ignored.join(', ')}`] : []),
    ]
    log.write('info', `SIGHUP: the configuration was read again; ${said.join('; ')}`)
    return config
  } catch (error) {
    log.write('error', `SIGHUP: the configuration stays as it was: ${describe(error)}`)
    return running
  }
}

interface Reloaded {
  readonly daemon: { reload(settings: EngineConfig['settings']): void }
  readonly listeners: { reloadTls(): void }
  readonly log: Log
}

async function verify(command: Extract<Command, { kind: 'verify' }>): Promise<number> {
  const { verifyRoot } = await import('./daemon/verify-root.ts')
  const { config, json, deep } = command
  const report = (error: unknown, what: string) =>
    process.stderr.write(`${what} failed: ${describe(error)}\n`)
  const { isLocked } = await import('./daemon/root-lock.ts')
  const how = { deep, live: isLocked(config.paths.lock) }
  const violations = await verifyRoot(await daemonOptions(config, report), how)
  if (json)
    process.stdout.write(
      `${JSON.stringify({ root: config.paths.root, ok: violations.length === 0, violations })}\n`,
    )
  else if (violations.length === 0)
    process.stdout.write(`${config.paths.root}: nothing is wrong, nothing is leaked\n`)
  else process.stdout.write(`${violations.join('\n')}\n`)
  return violations.length === 0 ? 0 : 1
}

async function check(json: boolean): Promise<number> {
  const { checkHost } = await import('./host/check/check.ts')
  const results = await checkHost()
  if (json) process.stdout.write(`${JSON.stringify(results)}\n`)
  else
    for (const { name, ok, detail, remedy } of results) {
      process.stdout.write(
        `${ok ? (remedy === null ? 'ok  ' : 'note') : 'lack'}  ${name.padEnd(22)} ${detail}${remedy === null ? '' : `\n      ${remedy}`}\n`,
      )
    }
  return results.every(({ ok }) => ok) ? 0 : 1
}

/** Root's engine alone has users to shift: without root all of it is somebody else already. */
async function userRemapOf({ settings, paths }: EngineConfig) {
  const { abandonUserRemap, closeUserRemap, openUserRemap } = await import('./host/user-remap.ts')
  const who = inUserNamespace() ? null : settings.containers.usernsRemap
  return {
    open: who === null ? null : () => openUserRemap(who, paths),
    close: () => closeUserRemap(paths.state),
    abandon: () => abandonUserRemap(paths.state),
  }
}

async function daemonOptions(config: EngineConfig, report: (error: unknown, what: string) => void) {
  const { API_VERSION, MIN_API_VERSION } = await import('./server/versions.ts')
  const { bootId } = await import('./host/boot.ts')
  return {
    paths: config.paths,
    version: VERSION,
    apiVersion: API_VERSION,
    minApiVersion: MIN_API_VERSION,
    settings: config.settings,
    warnings: [],
    bootId: bootId(),
    rootless: inUserNamespace(),
    lifeline: entered() ? (await import('./host/rootless/holder.ts')).lifelineOf(config.paths.state) : null,
    checkHost: async () => (await import('./host/check/check.ts')).checkHost(),
    report,
  }
}

/** Taken before anything else is started, which must not believe them its own. */
const inherited = takeInherited(process.env, process.pid)

type Level = EngineConfig['logLevel']
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

interface Log {
  readonly write: (level: Level, text: string) => void
  readonly setLevel: (level: Level) => void
}

function openLog({ logLevel, logFormat }: EngineConfig): Log {
  let least = LEVELS.indexOf(logLevel)
  // Whoever read the log may go away before the engine does.
  process.stderr.on('error', () => undefined)
  return {
    setLevel(level) {
      least = LEVELS.indexOf(level)
    },
    write(level, text) {
      if (LEVELS.indexOf(level) < least) return
      const at = new Date().toISOString()
      const line =
        logFormat === 'json' ? JSON.stringify({ at, level, text }) : `${at} ${level.padEnd(5)} ${text}`
      process.stderr.write(`${line}\n`)
    },
  }
}

/** A failure with what lies beneath it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error instanceof EngineError ? error.message : (error.stack ?? error.message)
  return error.cause === undefined ? own : `${own}\n  caused by: ${describe(error.cause)}`
}

/** A file that may be absent. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new EngineError('invalid', `cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
}

try {
  // Root of a namespace that it entered is still the user whose places it uses.
  const uid = entered() ? hostUid() : (process.getuid?.() ?? 0)
  const command = parseCommand(process.argv.slice(2), {
    env: process.env,
    uid,
    readText,
    handed: inherited.length > 0,
  })
  await enterOwnNamespaces(command)
  await run(command)
} catch (error) {
  process.stderr.write(`longshore engine: ${error instanceof Error ? error.message : String(error)}\n`)
  if (!(error instanceof EngineError)) process.stderr.write(`${(error as Error)?.stack ?? ''}\n`)
  // A start that failed half-way may still watch files, which would keep this process.
  process.exit(1)
}
