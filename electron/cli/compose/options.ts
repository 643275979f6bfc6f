/** What stands between `compose` and the command's name: which project, which engine, how to print. Pure. */
import { EngineError } from '../../../engine/errors.ts'
import { type FlagTable, readFlags } from './flags.ts'

/** How progress is told: by lines, by lines that are written anew, as JSON, or not at all. */
export type ProgressStyle = 'auto' | 'tty' | 'plain' | 'json' | 'quiet'

/** What every command of it takes. */
export interface ProjectOptions {
  readonly files: readonly string[]
  readonly name: string | undefined
  readonly directory: string | undefined
  readonly profiles: readonly string[]
  readonly envFiles: readonly string[]
  /** The engine's address, as docker's -H. */
  readonly host: string | undefined
  /** Steps at once; no number is Longshore's own limit. */
  readonly parallel: number | undefined
  readonly progress: ProgressStyle
  readonly ansi: 'auto' | 'always' | 'never'
  /** Print what would be done, and do nothing. */
  readonly dryRun: boolean
}

const TABLE: FlagTable = {
  file: { type: 'string', short: 'f', multiple: true },
  'project-name': { type: 'string', short: 'p' },
  'project-directory': { type: 'string' },
  profile: { type: 'string', multiple: true },
  'env-file': { type: 'string', multiple: true },
  host: { type: 'string', short: 'H' },
  parallel: { type: 'string' },
  progress: { type: 'string' },
  ansi: { type: 'string' },
  'dry-run': { type: 'boolean' },
  compatibility: { type: 'boolean' },
  'all-resources': { type: 'boolean' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
}

/** Reads them; COMPOSE_FILE, COMPOSE_ENV_FILES, COMPOSE_ANSI, COMPOSE_PROGRESS and COMPOSE_PARALLEL_LIMIT stand in for flags. Throws `invalid`. */
export function readComposeOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): { readonly project: ProjectOptions; readonly command: string; readonly rest: readonly string[] } {
  const flags = readFlags(args, TABLE, { leading: true, usage: 'compose' })
  const [name, ...rest] = flags.names
  const parallel = flags.whole('parallel') ?? numberOf(environment.COMPOSE_PARALLEL_LIMIT)
  const separator = environment.COMPOSE_PATH_SEPARATOR || ':'
  const project: ProjectOptions = {
    files: orVariable(flags.list('file'), environment.COMPOSE_FILE, separator),
    name: flags.text('project-name'),
    directory: flags.text('project-directory'),
    profiles: flags.list('profile'),
    envFiles: orVariable(flags.list('env-file'), environment.COMPOSE_ENV_FILES, ','),
    host: flags.text('host'),
    parallel,
    progress:
      flags.oneOf('progress', ['auto', 'tty', 'plain', 'json', 'quiet']) ??
      progressOf(environment.COMPOSE_PROGRESS),
    ansi: flags.oneOf('ansi', ['auto', 'always', 'never']) ?? ansiOf(environment.COMPOSE_ANSI),
    dryRun: flags.yes('dry-run'),
  }
  const command = flags.yes('version') ? 'version' : flags.yes('help') ? 'help' : (name ?? 'help')
  return { project, command, rest }
}

function orVariable(
  given: readonly string[],
  variable: string | undefined,
  separator: string,
): readonly string[] {
  if (given.length > 0 || !variable) return given
  return variable.split(separator).filter((each) => each !== '')
}

function numberOf(text: string | undefined): number | undefined {
  if (!text) return undefined
  if (!/^\d+$/.test(text))
    throw new EngineError('invalid', `COMPOSE_PARALLEL_LIMIT=${text}: it needs a whole number`)
  return Number(text)
}

function progressOf(text: string | undefined): ProgressStyle {
  return text === 'tty' || text === 'plain' || text === 'json' || text === 'quiet' ? text : 'auto'
}

function ansiOf(text: string | undefined): ProjectOptions['ansi'] {
  return text === 'always' || text === 'never' ? text : 'auto'
}
