/** RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK: what runs, and how. */
import { durationMilliseconds } from '../duration.ts'
import { readMount } from '../mount.ts'
import { toProblem } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type {
  CmdInstruction,
  EntrypointInstruction,
  HealthcheckInstruction,
  RunInstruction,
  ShellInstruction,
  Word,
} from '../tree.ts'
import { readJsonList } from '../words.ts'
import { fail, type Line, needsOne, readCommand, readFlags } from './line.ts'

export function readRun(line: Line): RunInstruction | null {
  const flags = readFlags(line, { mount: 'list', network: 'text', security: 'text', device: 'list' })
  const mounts = flags.slices('mount').map((slice) => readMount(slice, line.problems))
  const network = flags.text('network')
  const security = flags.text('security')
  expectOneOf(line, network, ['default', 'none', 'host'], (word) => `unsupported network mode "${word}"`)
  expectOneOf(line, security, ['sandbox', 'insecure'], (word) => `security "${word}" is not valid`)
  if (line.args.text === '') return needsOne(line)
  const command = readCommand(line, line.args)
  if (command === null) return null
  return { ...line.base, kind: 'run', command, mounts, network, security, devices: flags.list('device') }
}

export function readCmd(line: Line): CmdInstruction | null {
  readFlags(line)
  if (line.args.text === '') return needsOne(line)
  const command = readCommand(line, line.args)
  return command === null ? null : { ...line.base, kind: 'cmd', command }
}

export function readEntrypoint(line: Line): EntrypointInstruction | null {
  readFlags(line)
  if (line.args.text === '') return needsOne(line)
  const command = readCommand(line, line.args)
  return command === null ? null : { ...line.base, kind: 'entrypoint', command }
}

export function readShell(line: Line): ShellInstruction | null {
  readFlags(line)
  if (line.args.text === '') return needsOne(line)
  const list = readJsonList(line.args)
  if (list.kind !== 'list') {
    return fail(line, 'SHELL requires the arguments to be in JSON form', jsonOf(line.args.text))
  }
  if (list.words.length === 0) return needsOne(line)
  return { ...line.base, kind: 'shell', args: list.words.map((word) => word.text) }
}

export function readHealthcheck(line: Line): HealthcheckInstruction | null {
  const { args } = line
  const type = /^\S*/u.exec(args.text)?.[0] ?? ''
  if (type === '') return needsOne(line)
  const rest = args.sub(type.length).trim()
  const flags = readFlags(line, {
    interval: 'text',
    timeout: 'text',
    'start-period': 'text',
    'start-interval': 'text',
    retries: 'text',
  })
  if (type.toUpperCase() === 'NONE') {
    if (rest.text !== '') return fail(line, 'HEALTHCHECK NONE takes no arguments')
    return { ...line.base, kind: 'healthcheck', check: null }
  }
  if (type.toUpperCase() !== 'CMD') {
    const message = `Unknown type "${type.toUpperCase()}" in HEALTHCHECK (try CMD)`
    line.problems.push(toProblem(message, args.sub(0, type.length).range(), 'CMD'))
    return null
  }
  if (rest.text === '') return fail(line, 'Missing command after HEALTHCHECK CMD')
  const command = readCommand(line, rest)
  if (command === null) return null
  if (command.form === 'exec' && command.args.length === 0) {
    return fail(line, 'Missing command after HEALTHCHECK CMD')
  }
  const duration = (name: string) => checkDuration(line, name, flags.text(name))
  return {
    ...line.base,
    kind: 'healthcheck',
    check: {
      command,
      interval: duration('interval'),
      timeout: duration('timeout'),
      startPeriod: duration('start-period'),
      startInterval: duration('start-interval'),
      retries: checkRetries(line, flags.text('retries')),
    },
  }
}

function checkDuration(line: Line, name: string, word: Word | null): Word | null {
  if (word === null) return null
  const milliseconds = durationMilliseconds(word.text)
  if (milliseconds === null) {
    const example = /^\d+$/.test(word.text) ? `${word.text}s` : '30s'
    line.problems.push(toProblem(`--${name}: invalid duration "${word.text}"`, word.range, example))
  } else if (milliseconds !== 0 && milliseconds < 1) {
    line.problems.push(toProblem(`Interval "${name}" cannot be less than 1ms`, word.range, '1ms'))
  } else return word
  return null
}

function checkRetries(line: Line, word: Word | null): Word | null {
  if (word === null) return null
  if (/^[+-]?\d+$/.test(word.text) && Math.abs(Number(word.text)) < 2 ** 31) {
    if (Number(word.text) >= 0) return word
    line.problems.push(toProblem(`--retries cannot be negative (${word.text})`, word.range))
  } else line.problems.push(toProblem(`--retries: invalid number "${word.text}"`, word.range))
  return null
}

function expectOneOf(
  line: Line,
  word: Word | null,
  options: readonly string[],
  message: (word: string) => string,
): void {
  if (word === null || options.includes(word.text)) return
  const text = `${message(word.text)}, expected one of ${options.join(', ')}`
  line.problems.push(toProblem(text, word.range, suggest(word.text, options)))
}

/** The words of a command line as JSON, to be suggested. */
function jsonOf(text: string): string {
  const words = text.replace(/^\[|\]$/g, '').match(/[^\s,"']+/g) ?? []
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`
}
