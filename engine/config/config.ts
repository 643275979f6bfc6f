/** Flags, environment and daemon.json -> a complete configuration, or every reason why there is none. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { type ConfigFile, combine, type FlagWords } from './given.ts'
import { type Host, printHost } from './hosts.ts'
import type { Given } from './keys.ts'
import { defaultRoot, defaultSocket, type EnginePaths, enginePaths, type PathFacts } from './paths.ts'
import { contradictions, type EngineSettings, settingsOf } from './settings.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Files of TLS on TCP. */
export interface TlsFiles {
  /** Clients must show a certificate that it signed; null asks for none. */
  readonly ca: string | null
  readonly cert: string
  readonly key: string
}

/** A complete configuration. */
export interface EngineConfig {
  readonly paths: EnginePaths
  /** What flags and file said. */
  readonly given: Given
  /** The daemon.json that was read; null when there is none. */
  readonly file: string | null
  readonly hosts: readonly Host[]
  /** The unix socket by which the engine's own commands find it. */
  readonly socket: string
  /** Group that may use the socket; null is the owner alone. */
  readonly group: string | null
  readonly tls: TlsFiles | null
  readonly pidFile: string
  readonly logLevel: LogLevel
  readonly logFormat: 'text' | 'json'
  readonly settings: EngineSettings
}

/** What the configuration follows from beside the flags. */
export interface ConfigFacts extends PathFacts {
  /** The text of a file; null when it does not exist. */
  readonly readText: (path: string) => string | null
  /** Whoever started this process has handed listening sockets over. */
  readonly handed?: boolean
}

/** How the command line asks for it. */
export interface ConfigAsked {
  readonly flags: FlagWords
  /** `--root`: names the engine, and outranks environment and file. */
  readonly root: string | null
  /** `--socket`: one more unix socket, by which the engine is found. */
  readonly socket: string | null
  /** `--pid-file`: outranks the file. */
  readonly pidFile: string | null
  /** `--config-file`: null is the usual one, which may be absent. */
  readonly file: string | null
  /** `--insecure-tcp`: TCP without client certificates may be, on this machine's own addresses. */
  readonly insecureTcp: boolean
}

/** Where daemon.json is looked for. Docker's own is not read: it is about another engine. */
export function usualConfigFile({ env, uid }: PathFacts): string {
  if (uid === 0) return '/etc/longshore/daemon.json'
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'longshore/daemon.json')
}

/** Throws `invalid` with every reason, a line each. */
export function readConfig(asked: ConfigAsked, facts: ConfigFacts): EngineConfig {
  const file = readFile(asked, facts)
  const said = combine(asked.flags, file)
  if (said.kind === 'refused') throw refusal(said.reasons)
  const { given } = said
  const hosts = hostsOf(given, asked, facts)
  const reasons = [...contradictions(given), ...openDoors(hosts, given, asked.insecureTcp)]
  if (reasons.length > 0) throw refusal(reasons)
  // --root and the environment name the engine that a program wants; the file is for those who name none.
  const named = asked.root ?? (asked.flags.has('data-root') ? null : facts.env.LONGSHORE_ROOT)
  const root = named || (given['data-root'] ?? defaultRoot(facts))
  const paths = enginePaths(root, facts, given['exec-root'])
  const unix = hosts.find((host) => host.kind === 'unix')
  return {
    paths,
    given,
    file: file?.path ?? null,
    hosts,
    socket: asked.socket ?? (facts.env.LONGSHORE_SOCKET || (unix?.path ?? defaultSocket(facts))),
    group: given.group || null,
    tls: tlsOf(given),
    pidFile: asked.pidFile ?? given.pidfile ?? join(paths.root, 'engine.pid'),
    logLevel: logLevelOf(given),
    logFormat: given['log-format'] ?? 'text',
    settings: settingsOf(given, facts.readText),
  }
}

/** Debugging is the more talkative of the two. */
export function logLevelOf(given: Given): LogLevel {
  return given.debug ? 'debug' : (given['log-level'] ?? 'info')
}

function readFile({ file }: ConfigAsked, facts: ConfigFacts): ConfigFile | null {
  const path = file ?? usualConfigFile(facts)
  const text = facts.readText(path)
  if (text !== null) return { path, text }
  if (file === null) return null
  throw new EngineError('invalid', `unable to configure the engine with file ${path}: there is no such file`)
}

function refusal(reasons: readonly string[]): EngineError {
  return new EngineError('invalid', reasons.join('\n'))
}

function hostsOf(given: Given, { socket }: ConfigAsked, facts: ConfigFacts): readonly Host[] {
  const named = socket ?? facts.env.LONGSHORE_SOCKET
  const own: Host[] = named ? [{ kind: 'unix', path: named }] : []
  const said = given.hosts ?? []
  // Sockets that were handed over are meant to be served, whether or not anybody says so.
  const handed = facts.handed && !said.some(({ kind }) => kind === 'fd')
  const all: Host[] = [...own, ...(handed ? [{ kind: 'fd', name: '' } as const] : []), ...said]
  if (all.length === 0) return [{ kind: 'unix', path: defaultSocket(facts) }]
  return [...new Map(all.map((host) => [printHost(host), host])).values()]
}

function tlsOf(given: Given): TlsFiles | null {
  const { tlscacert, tlscert, tlskey } = given
  if (tlscert === undefined || tlskey === undefined) return null
  return { ca: given.tlsverify ? (tlscacert ?? null) : null, cert: tlscert, key: tlskey }
}

/** Who reaches an engine owns the machine: without certificates only this machine's own addresses, and said aloud. */
function openDoors(hosts: readonly Host[], given: Given, insecureTcp: boolean): string[] {
  if (given.tlsverify) return []
  return hosts.flatMap((host) => {
    if (host.kind !== 'tcp') return []
    const where = printHost(host)
    if (!insecureTcp)
      return [
        `${where}: everybody who reaches this address would own the machine: set tlsverify with certificates, or for an address of this machine alone give --insecure-tcp`,
      ]
    if (!isLoopback(host.address))
      return [`${where}: --insecure-tcp is for addresses of this machine alone (127.0.0.1, ::1, localhost)`]
    return []
  })
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address)
}
