/** The engine's command line: what may be said, what is assumed, what contradicts itself. */
import { EngineError } from '../errors.ts'
import { defaultRoot, defaultSocket, type EnginePaths, enginePaths, type PathFacts } from './paths.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A complete configuration. */
export interface EngineConfig {
  readonly paths: EnginePaths
  readonly socket: string
  /** Group that may use the socket; null is the owner alone. */
  readonly group: string | null
  readonly pidFile: string | null
  readonly logLevel: LogLevel
  readonly logFormat: 'text' | 'json'
  /** Containers run on when the engine is asked to end. */
  readonly liveRestore: boolean
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve'; readonly config: EngineConfig }
  | { readonly kind: 'stop' | 'status'; readonly config: EngineConfig }
  | { readonly kind: 'check'; readonly json: boolean }
  | { readonly kind: 'verify'; readonly config: EngineConfig; readonly json: boolean; readonly deep: boolean }
  | { readonly kind: 'help' }

type Flag = 'value' | 'switch'

const ENGINE_FLAGS: Readonly<Record<string, Flag>> = { root: 'value', socket: 'value' }
const COMMANDS: Readonly<Record<string, Readonly<Record<string, Flag>>>> = {
  serve: {
    ...ENGINE_FLAGS,
    group: 'value',
    'pid-file': 'value',
    'log-level': 'value',
    'log-format': 'value',
    'live-restore': 'value',
  },
  stop: ENGINE_FLAGS,
  status: ENGINE_FLAGS,
  check: { json: 'switch' },
  verify: { ...ENGINE_FLAGS, json: 'switch', deep: 'switch' },
}

export const HELP = `Usage: longshore engine [command] [flags]

Commands (without one, the engine runs in the foreground):
  stop      ask the engine to end; its containers run on
  status    say whether it answers
  check     say what this host can do
  verify    say whether its data is right and whether anything is leaked

Flags:
  --root DIR           where everything is kept (LONGSHORE_ROOT; /var/lib/longshore as root)
  --socket PATH        where it answers (LONGSHORE_SOCKET; /run/longshore/engine.sock as root)
  --group NAME         group that may use the socket as well
  --pid-file PATH      where to write the engine's process id
  --log-level LEVEL    debug, info, warn or error (info)
  --log-format FORMAT  text or json (text)
  --live-restore BOOL  leave containers running when the engine ends (true)
  --json               of check and verify: answer JSON
  --deep               of verify: read every byte
`

/** Reads a command line. Throws `invalid` with what is wrong and what would be right. */
export function parseCommand(args: readonly string[], facts: PathFacts): Command {
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') return { kind: 'help' }
  const named = args[0] !== undefined && !args[0].startsWith('-')
  const name = named ? (args[0] ?? '') : 'serve'
  const allowed = COMMANDS[name]
  if (!allowed) {
    throw new EngineError(
      'invalid',
      `there is no command "${name}": use one of ${Object.keys(COMMANDS).join(', ')}`,
    )
  }
  const flags = parseFlags(named ? args.slice(1) : args, allowed, name)
  const json = flags.has('json')
  switch (name) {
    case 'check':
      return { kind: 'check', json }
    case 'verify':
      return { kind: 'verify', config: configOf(flags, facts), json, deep: flags.has('deep') }
    case 'stop':
    case 'status':
      return { kind: name, config: configOf(flags, facts) }
    default:
      return { kind: 'serve', config: configOf(flags, facts) }
  }
}

function parseFlags(
  args: readonly string[],
  allowed: Readonly<Record<string, Flag>>,
  command: string,
): ReadonlyMap<string, string> {
  const flags = new Map<string, string>()
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg)
    const name = match?.[1] ?? ''
    const kind = allowed[name]
    if (!match || !kind) {
      const known = Object.keys(allowed).map((flag) => `--${flag}`)
      throw new EngineError('invalid', `${command} does not know "${arg}": it knows ${known.join(', ')}`)
    }
    if (flags.has(name)) throw new EngineError('invalid', `--${name} is given twice`)
    if (kind === 'switch') {
      if (match[2] !== undefined) throw new EngineError('invalid', `--${name} takes no value`)
      flags.set(name, 'true')
      continue
    }
    const value = match[2] ?? args[++index]
    if (value === undefined || value === '') throw new EngineError('invalid', `--${name} needs a value`)
    flags.set(name, value)
  }
  return flags
}

function configOf(flags: ReadonlyMap<string, string>, facts: PathFacts): EngineConfig {
  const choose = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = flags.get(name) ?? fallback
    if ((allowed as readonly string[]).includes(value)) return value as T
    throw new EngineError('invalid', `--${name} cannot be "${value}": use one of ${allowed.join(', ')}`)
  }
  return {
    paths: enginePaths(flags.get('root') ?? defaultRoot(facts), facts),
    socket: flags.get('socket') ?? defaultSocket(facts),
    group: flags.get('group') ?? null,
    pidFile: flags.get('pid-file') ?? null,
    logLevel: choose('log-level', ['debug', 'info', 'warn', 'error'], 'info'),
    logFormat: choose('log-format', ['text', 'json'], 'text'),
    liveRestore: choose('live-restore', ['true', 'false'], 'true') === 'true',
  }
}
