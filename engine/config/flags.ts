/** The engine's command line: which command, and its configuration. */
import { EngineError } from '../errors.ts'
import { type ConfigFacts, type EngineConfig, readConfig } from './config.ts'
import { flagsOf, KEYS, type KeyName } from './keys.ts'
import { type FlagTable, flagTable, keyFlags, readWords, type Words } from './words.ts'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve'; readonly config: EngineConfig; readonly reread: () => EngineConfig }
  | { readonly kind: 'stop' | 'status' | 'config'; readonly config: EngineConfig }
  | { readonly kind: 'check'; readonly json: boolean }
  | { readonly kind: 'verify'; readonly config: EngineConfig; readonly json: boolean; readonly deep: boolean }
  | {
      readonly kind: 'prune'
      readonly config: EngineConfig
      /** Only say what would go. */
      readonly plan: boolean
      readonly json: boolean
      /** What is asked for, as the query of GET /longshore/v1/prune. */
      readonly query: string
    }
  | {
      readonly kind: 'install'
      readonly config: EngineConfig
      readonly scope: 'system' | 'user'
      /** Only say what would be written. */
      readonly print: boolean
      /** Where units go, without telling systemd; null is where it looks for them. */
      readonly directory: string | null
      /** Flags of the service, as they were given. */
      readonly flags: readonly string[]
    }
  | { readonly kind: 'uninstall'; readonly scope: 'system' | 'user'; readonly directory: string | null }
  | { readonly kind: 'help' }

/** Which engine: of every command that speaks of one. */
const PLACE: FlagTable = new Map([
  ...keyFlags((name) => ['data-root', 'exec-root', 'pidfile'].includes(name)),
  ...flagTable({ root: 'one', socket: 'one', 'pid-file': 'one', 'config-file': 'one' }),
])
const SERVE: FlagTable = new Map([
  ...PLACE,
  ...keyFlags(() => true),
  ...flagTable({ 'insecure-tcp': 'switch' }),
])

const UNITS = { user: 'switch', 'unit-directory': 'one' } as const
const UNIT_WORDS = ['user', 'unit-directory', 'print']
const PRUNE_WORDS = ['plan', 'yes', 'images', 'volumes', 'filter']

const COMMANDS: Readonly<Record<string, FlagTable>> = {
  serve: SERVE,
  config: SERVE,
  install: new Map([...SERVE, ...flagTable({ ...UNITS, print: 'switch' })]),
  uninstall: flagTable(UNITS),
  stop: PLACE,
  status: PLACE,
  check: flagTable({ json: 'switch' }),
  prune: new Map([
    ...PLACE,
    ...flagTable({
      plan: 'switch',
      yes: 'switch',
      json: 'switch',
      images: 'one',
      volumes: 'one',
      filter: 'many',
    }),
  ]),
  verify: new Map([...PLACE, ...flagTable({ json: 'switch', deep: 'switch' })]),
}

/** Reads a command line and the file that it names. Throws `invalid` with what is wrong and what would be right. */
export function parseCommand(args: readonly string[], facts: ConfigFacts): Command {
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') return { kind: 'help' }
  const named = args[0] !== undefined && !args[0].startsWith('-')
  const name = named ? (args[0] ?? '') : 'serve'
  const table = COMMANDS[name]
  if (!table) {
    throw new EngineError(
      'invalid',
      `there is no command "${name}": use one of ${Object.keys(COMMANDS).join(', ')}`,
    )
  }
  const words = readWords(named ? args.slice(1) : args, table, name)
  const config = () => configOf(words, facts)
  switch (name) {
    case 'check':
      return { kind: 'check', json: isOn(words, 'json') }
    case 'verify':
      return { kind: 'verify', config: config(), json: isOn(words, 'json'), deep: isOn(words, 'deep') }
    case 'install':
      return { ...unitsWords(words, facts), kind: 'install', ...installWords(words), config: config() }
    case 'uninstall':
      return { ...unitsWords(words, facts), kind: 'uninstall' }
    case 'prune':
      return pruneCommand(words, config())
    case 'stop':
    case 'status':
    case 'config':
      return { kind: name, config: config() }
    default:
      return { kind: 'serve', config: config(), reread: config }
  }
}

/** Without root there is only the user's own manager. */
function unitsWords(words: Words, { uid }: ConfigFacts) {
  const scope = isOn(words, 'user') || uid !== 0 ? ('user' as const) : ('system' as const)
  return { scope, directory: words.get('unit-directory')?.[0] ?? null }
}

function installWords(words: Words) {
  const own = [...UNIT_WORDS, 'socket']
  const flags = [...words]
    .filter(([name]) => !own.includes(name))
    .flatMap(([name, values]) => values.map((value) => `--${flagOf(name)}=${value}`))
  return { print: isOn(words, 'print'), flags }
}

function flagOf(name: string): string {
  return name in KEYS ? (flagsOf(name as KeyName)[0] ?? name) : name
}

function pruneCommand(words: Words, config: EngineConfig): Command {
  if (isOn(words, 'plan') === isOn(words, 'yes'))
    throw new EngineError('invalid', 'prune needs --plan, to say what would go, or --yes, to remove it')
  const filters: Record<string, string[]> = {}
  for (const word of words.get('filter') ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? []
    if (name === '') throw new EngineError('invalid', `--filter must be NAME=VALUE, not "${word}"`)
    filters[name] = [...(filters[name] ?? []), value]
  }
  const query = new URLSearchParams({ filters: JSON.stringify(filters) })
  for (const name of ['images', 'volumes']) {
    const value = words.get(name)?.[0]
    if (value !== undefined) query.set(name, value)
  }
  return {
    kind: 'prune',
    config,
    plan: isOn(words, 'plan'),
    json: isOn(words, 'json'),
    query: query.toString(),
  }
}

function configOf(words: Words, facts: ConfigFacts): EngineConfig {
  const own = [
    'root',
    'socket',
    'pid-file',
    'config-file',
    'insecure-tcp',
    'json',
    'deep',
    ...PRUNE_WORDS,
    ...UNIT_WORDS,
  ]
  const one = (name: string) => words.get(name)?.[0] ?? null
  const keys = [...words].filter(([name]) => !own.includes(name)) as [KeyName, readonly string[]][]
  return readConfig(
    {
      flags: new Map(keys),
      root: one('root'),
      socket: one('socket'),
      pidFile: one('pid-file'),
      file: one('config-file'),
      insecureTcp: isOn(words, 'insecure-tcp'),
    },
    facts,
  )
}

function isOn(words: Words, name: string): boolean {
  return words.get(name)?.[0] === 'true'
}
