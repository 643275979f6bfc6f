/**
 * What an OCI runtime says when a process cannot start, in the words that Docker's users and its CLI know.
 * The CLI finds its exit codes 126 and 127 in these words, so they are part of the protocol.
 */
import { EngineError } from '../errors.ts'

/** Which call failed: it stands in the message. */
type Verb = 'create' | 'start' | 'exec'

/** The start error for what `runtime` printed or conmon passed on when it ran `args[0]`. */
export function startFailure(
  verb: Verb,
  runtime: string,
  output: string,
  args: readonly string[],
): EngineError {
  const text = clean(output)
  const program = args[0] ?? ''
  const reason = programReason(text, program)
  const head =
    verb === 'exec'
      ? 'OCI runtime exec failed: exec failed: unable to start container process: '
      : `failed to create task for container: OCI runtime create failed: ${runtime} ${verb} failed: unable to start container process: `
  return new EngineError(reason ? 'invalid' : 'internal', `${head}${reason ?? text}: unknown`, {
    cause: new Error(`${runtime}: ${output.trim()}`),
  })
}

/** The exit code that Docker gives a process that could not start: 126, 127, or 128 for all else. */
export function startFailureCode(message: string): number {
  if (/executable file not found|no such file or directory/i.test(message)) return 127
  if (/permission denied|not a directory|is a directory|exec format error/i.test(message)) return 126
  return 128
}

/** The reason as runc words it when the program itself is at fault, else null. */
function programReason(text: string, program: string): string | null {
  const quoted = `exec: "${program}": `
  if (/not found in \$PATH|executable file .*not found/i.test(text)) {
    return program.includes('/')
      ? `${quoted}stat ${program}: no such file or directory`
      : `${quoted}executable file not found in $PATH`
  }
  if (/is a directory/i.test(text)) return `${quoted}is a directory: permission denied`
  // A working directory or a mount that is missing has its own words; these are of the program.
  if (/exec(ve|utable)?\b|open executable/i.test(text)) {
    // crun says so of what is no regular file, a directory first of all.
    if (/open executable: operation not permitted/i.test(text)) return `${quoted}permission denied`
    if (/permission denied/i.test(text)) return `${quoted}permission denied`
    if (/no such file or directory/i.test(text)) {
      return `${quoted}${program.includes('/') ? `stat ${program}: ` : ''}no such file or directory`
    }
    if (/exec format error/i.test(text)) return `${quoted}exec format error`
  }
  return null
}

/** The last thing said, without the program's name, time stamp or trailing dots. */
function clean(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const said = lines.at(-1) ?? 'the runtime failed and said nothing'
  return said
    .replace(/^time="[^"]*" level=\w+ msg="(.*)"$/, '$1')
    .replace(/^\d{4}-\d\d-\d\dT\S+:?\s*/, '')
    .replace(/^(crun|runc):\s*/, '')
    .replace(/\\"/g, '"')
    .replace(/No such file or directory/g, 'no such file or directory')
    .replace(/Permission denied/g, 'permission denied')
    .replace(/Exec format error/g, 'exec format error')
    .replace(/Not a directory/g, 'not a directory')
}
