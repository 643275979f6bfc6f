/** The command line of `longshore compose`: Docker Compose's words and flags. Pure. */
import { parseArgs } from 'node:util'
import { EngineError } from '../../../engine/errors.ts'

/** What every command of it takes. */
export interface ProjectOptions {
  readonly files: readonly string[]
  readonly name: string | undefined
  readonly directory: string | undefined
  readonly profiles: readonly string[]
  readonly envFiles: readonly string[]
  /** The engine's address, as docker's -H. */
  readonly host: string | undefined
}

export type ComposeCommand =
  | {
      readonly kind: 'config'
      readonly format: 'yaml' | 'json'
      readonly quiet: boolean
      readonly services: boolean
    }
  | { readonly kind: 'plan' | 'up'; readonly up: UpFlags; readonly services: readonly string[] }
  | {
      readonly kind: 'down'
      readonly volumes: boolean
      readonly removeOrphans: boolean
      readonly graceSeconds: number | undefined
    }
  | { readonly kind: 'ps'; readonly quiet: boolean }
  | { readonly kind: 'help' }

export interface UpFlags {
  readonly recreate: 'changed' | 'always' | 'never'
  readonly removeOrphans: boolean
  readonly start: boolean
  readonly scale: Readonly<Record<string, number>>
}

export const COMPOSE_HELP = `Compose: stacks from compose files.

  longshore compose [options] config|plan|up|down|ps

  config [--format yaml|json] [-q] [--services]     the project as it is understood
  plan   [the flags of up]                          what up would do, each line with its reason
  up -d  [--force-recreate|--no-recreate] [--no-start] [--remove-orphans] [--scale NAME=N] [SERVICE...]
  down   [-v] [--remove-orphans] [-t SECONDS]
  ps     [-q]

Options
  -f, --file FILE           a compose file; may be given several times
  -p, --project-name NAME   in place of the file's or the folder's name
  --project-directory DIR   what relative paths are relative to
  --profile NAME            services of this profile too
  --env-file FILE           in place of .env
  -H, --host ADDRESS        the engine; DOCKER_HOST, else the embedded one
`

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  'project-name': { type: 'string', short: 'p' },
  'project-directory': { type: 'string' },
  profile: { type: 'string', multiple: true },
  'env-file': { type: 'string', multiple: true },
  host: { type: 'string', short: 'H' },
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  services: { type: 'boolean' },
  detach: { type: 'boolean', short: 'd' },
  'force-recreate': { type: 'boolean' },
  'no-recreate': { type: 'boolean' },
  'no-start': { type: 'boolean' },
  'remove-orphans': { type: 'boolean' },
  scale: { type: 'string', multiple: true },
  volumes: { type: 'boolean', short: 'v' },
  timeout: { type: 'string', short: 't' },
} as const

/** Reads what stands after `longshore compose`. Throws `invalid`. */
export function readComposeOptions(args: readonly string[]): {
  readonly project: ProjectOptions
  readonly command: ComposeCommand
} {
  const { values, positionals } = parsed(args)
  const [name = 'help', ...services] = values.help ? ['help'] : positionals
  const project: ProjectOptions = {
    files: values.file ?? [],
    name: values['project-name'],
    directory: values['project-directory'],
    profiles: values.profile ?? [],
    envFiles: values['env-file'] ?? [],
    host: values.host,
  }
  switch (name) {
    case 'config': {
      const format = values.format ?? 'yaml'
      if (format !== 'yaml' && format !== 'json')
        throw new EngineError('invalid', `--format ${format}: there are yaml and json`)
      return {
        project,
        command: { kind: 'config', format, quiet: values.quiet ?? false, services: values.services ?? false },
      }
    }
    case 'plan':
    case 'up':
      if (name === 'up' && !values.detach && !values['no-start']) {
        throw new EngineError('invalid', 'up shows no logs yet: write up -d')
      }
      return { project, command: { kind: name, services, up: upFlags(values) } }
    case 'down':
      return {
        project,
        command: {
          kind: 'down',
          volumes: values.volumes ?? false,
          removeOrphans: values['remove-orphans'] ?? false,
          graceSeconds: values.timeout === undefined ? undefined : whole(values.timeout, '--timeout'),
        },
      }
    case 'ps':
      return { project, command: { kind: 'ps', quiet: values.quiet ?? false } }
    case 'help':
      return { project, command: { kind: 'help' } }
    default:
      throw new EngineError('invalid', `"${name}" is not a command of compose; see "longshore compose help"`)
  }
}

function upFlags(values: ReturnType<typeof parsed>['values']): UpFlags {
  if (values['force-recreate'] && values['no-recreate']) {
    throw new EngineError('invalid', '--force-recreate and --no-recreate cannot be had together')
  }
  return {
    recreate: values['force-recreate'] ? 'always' : values['no-recreate'] ? 'never' : 'changed',
    removeOrphans: values['remove-orphans'] ?? false,
    start: !values['no-start'],
    scale: Object.fromEntries(
      (values.scale ?? []).map((entry) => {
        const [service = '', count = ''] = entry.split('=')
        return [service, whole(count, `--scale ${entry}`)]
      }),
    ),
  }
}

function whole(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new EngineError('invalid', `${what} needs a whole number`)
  return Number(text)
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  } catch (cause) {
    throw new EngineError('invalid', `${(cause as Error).message}; see "longshore compose help"`, { cause })
  }
}
