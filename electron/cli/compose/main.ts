/** `longshore compose`: Docker Compose's commands and flags on any engine, and `plan`. */
import { EngineError } from '../../../engine/errors.ts'
import { Call } from './command.ts'
import { COMMANDS } from './commands.ts'
import { readFlags } from './flags.ts'
import { readComposeOptions } from './options.ts'

const OPTIONS_HELP = `
Options, before the command
  -f, --file FILE           a compose file; may be given several times (COMPOSE_FILE)
  -p, --project-name NAME   in place of the file's or the folder's name
  --project-directory DIR   what relative paths are relative to
  --profile NAME            services of this profile too
  --env-file FILE           in place of .env
  -H, --host ADDRESS        the engine; DOCKER_HOST, else the embedded one
  --parallel N              steps at once
  --progress STYLE          auto, tty, plain, json or quiet
  --ansi WHEN               auto, always or never
  --dry-run                 print what would be done
`

/** Runs one command; resolves to the exit code. `socket` is the embedded engine's. */
export async function compose(args: readonly string[], socket: string): Promise<number> {
  const { project, command: name, rest } = readComposeOptions(args, process.env)
  if (name === 'help') return help(rest[0])
  const find = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!find) throw unknown(name)
  const command = await find()
  const table = { ...command.flags, help: { type: 'boolean' } } as const
  const flags = readFlags(rest, table, { leading: command.leading ?? false, usage: `compose ${name}` })
  if (flags.yes('help')) return help(name)
  return command.run(new Call(project, flags, socket))
}

async function help(name: string | undefined): Promise<number> {
  if (name !== undefined) {
    const find = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!find) throw unknown(name)
    const { usage, summary } = await find()
    console.log(`${summary}\n\n  longshore compose [options] ${name} ${usage}\n${OPTIONS_HELP}`)
    return 0
  }
  const width = Math.max(...Object.keys(COMMANDS).map((each) => each.length))
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([each, find]) => `  ${each.padEnd(width)}  ${(await find()).summary}`,
    ),
  )
  console.log(
    `Compose: stacks from compose files.\n\n  longshore compose [options] COMMAND\n\n${lines.join('\n')}\n${OPTIONS_HELP}`,
  )
  return 0
}

function unknown(name: string): EngineError {
  return new EngineError('invalid', `"${name}" is not a command of compose; see "longshore compose help"`)
}
