/** Instructions that only change the image's config: each adds a line to its history and no layer. */
import { assertNever } from '../../errors.ts'
import type { HealthcheckConfig } from '../../oci/image-config.ts'
import { signalNumber } from '../../runtime/signals.ts'
import { durationMilliseconds } from '../parse/duration.ts'
import type {
  ArgInstruction,
  CmdInstruction,
  Command,
  EntrypointInstruction,
  EnvInstruction,
  ExposeInstruction,
  HealthcheckInstruction,
  LabelInstruction,
  MaintainerInstruction,
  OnbuildInstruction,
  Range,
  ShellInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  Word,
} from '../parse/tree.ts'
import { splitPair } from './environment.ts'
import { goDuration, goQuotedList } from './go-format.ts'
import { type PlanContext, placeOf, type Work } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import { exposedPorts } from './ports.ts'

export type Setting =
  | ArgInstruction
  | EnvInstruction
  | LabelInstruction
  | UserInstruction
  | CmdInstruction
  | EntrypointInstruction
  | ShellInstruction
  | ExposeInstruction
  | VolumeInstruction
  | StopsignalInstruction
  | MaintainerInstruction
  | HealthcheckInstruction
  | OnbuildInstruction

/** Applies one of them to the stage. */
export function applySetting(plan: PlanContext, work: Work, instruction: Setting): void {
  const { state } = work
  const text = (word: Word) => plan.expander.word(word, state)
  switch (instruction.kind) {
    case 'arg':
      applyArg(plan, work, instruction)
      return
    case 'env': {
      const pairs = instruction.pairs.map(({ name, value }) => [text(name), text(value)] as const)
      for (const [name, value] of pairs) {
        state.setEnv(name, value)
        state.configure({ Env: replaced(state.config.Env ?? [], name, value) })
      }
      state.record(`ENV ${joined(pairs)}`, null)
      return
    }
    case 'label': {
      const pairs = instruction.pairs.map(({ name, value }) => [text(name), text(value)] as const)
      state.configure({ Labels: { ...state.config.Labels, ...Object.fromEntries(pairs) } })
      state.record(`LABEL ${joined(pairs)}`, null)
      return
    }
    case 'user': {
      const user = text(instruction.user)
      state.configure({ User: user })
      state.record(`USER ${user}`, null)
      return
    }
    case 'cmd': {
      const args = commandLine(work, instruction.command)
      state.hasCmd = true
      state.configure({ Cmd: args, ArgsEscaped: true })
      state.record(`CMD ${goQuotedList(args)}`, null)
      return
    }
    case 'entrypoint': {
      const args = commandLine(work, instruction.command)
      // A CMD of the base was meant for another program.
      state.configure({ Entrypoint: args, ...(state.hasCmd ? {} : { Cmd: null }) })
      state.record(`ENTRYPOINT ${goQuotedList(args)}`, null)
      return
    }
    case 'shell':
      state.configure({ Shell: instruction.args })
      state.record(`SHELL [${instruction.args.join(' ')}]`, null)
      return
    case 'expose': {
      const range = placeOf(work, instruction.range)
      const words = instruction.ports.flatMap((word) => plan.expander.words(word, state))
      const ports = words.flatMap((word) => exposedPorts(word, range))
      state.configure({ ExposedPorts: { ...state.config.ExposedPorts, ...emptyObjects(ports) } })
      state.record(`EXPOSE [${ports.join(' ')}]`, null)
      return
    }
    case 'volume': {
      const paths = instruction.paths.map(text)
      if (paths.includes(''))
        throw new PlanError('VOLUME specified can not be an empty string', placeOf(work, instruction.range))
      state.configure({ Volumes: { ...state.config.Volumes, ...emptyObjects(paths) } })
      state.record(`VOLUME [${paths.join(' ')}]`, null)
      return
    }
    case 'stopsignal': {
      const signal = text(instruction.signal)
      checkSignal(signal, placeOf(work, instruction.signal.range))
      state.configure({ StopSignal: signal })
      state.record(`STOPSIGNAL ${signal}`, null)
      return
    }
    case 'maintainer':
      state.image = { ...state.image, author: instruction.name.text }
      state.record(`MAINTAINER ${instruction.name.text}`, null)
      return
    case 'healthcheck': {
      const check = healthcheck(instruction)
      state.configure({ Healthcheck: check })
      state.record(`HEALTHCHECK ${goHealthcheck(check)}`, null)
      return
    }
    case 'onbuild':
      state.configure({ OnBuild: [...(state.config.OnBuild ?? []), instruction.source] })
      return
    default:
      assertNever(instruction, 'instruction')
  }
}

/** A command as a list: the shell form goes to the stage's shell. */
export function commandLine({ state }: Work, command: Command): readonly string[] {
  return command.form === 'exec' ? command.args : shellLine(state.config.Shell, command.text)
}

/** `text` for the shell that SHELL names. */
export function shellLine(shell: readonly string[] | undefined, text: string): readonly string[] {
  return [...(shell && shell.length > 0 ? shell : ['/bin/sh', '-c']), text]
}

/** As given, else its default, else that of the global scope; none of them leaves it declared without a value. */
function applyArg(plan: PlanContext, { state }: Work, instruction: ArgInstruction): void {
  const lines: string[] = []
  for (const { name: word, value: byDefault } of instruction.pairs) {
    const name = word.text
    const given = plan.request.args.get(name)
    let value: string | null
    if (given !== undefined) value = given
    else if (byDefault !== null) value = plan.expander.word(byDefault, state)
    else value = plan.globals.get(name) ?? null
    if (value !== null) state.setEnv(name, value)
    state.args = [...state.args, { name, value }]
    lines.push(value === null ? name : `${name}=${value}`)
  }
  state.record(`ARG ${lines.join(' ')}`, null)
}

function healthcheck({ check }: HealthcheckInstruction): HealthcheckConfig {
  if (check === null) return { Test: ['NONE'] }
  const { command } = check
  const nanoseconds = (word: Word | null) =>
    word === null ? 0 : Math.round((durationMilliseconds(word.text) ?? 0) * 1e6)
  const fields = {
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.startPeriod),
    StartInterval: nanoseconds(check.startInterval),
    Retries: Number(check.retries?.text ?? 0),
  }
  // What is left out is inherited from the engine's defaults.
  const given = Object.entries(fields).filter(([, value]) => value !== 0)
  return {
    Test: command.form === 'exec' ? ['CMD', ...command.args] : ['CMD-SHELL', command.text],
    ...Object.fromEntries(given),
  }
}

function goHealthcheck(check: HealthcheckConfig): string {
  const durations = (['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const).map(
    (name) => `${name}:${goDuration(check[name] ?? 0)}`,
  )
  return `{Test:[${(check.Test ?? []).join(' ')}] ${durations.join(' ')} Retries:${check.Retries ?? 0}}`
}

function checkSignal(signal: string, range: Range): void {
  try {
    signalNumber(signal)
  } catch (cause) {
    throw new PlanError((cause as Error).message, range, { cause })
  }
}

/** A variable keeps its place when it gets another value. */
function replaced(lines: readonly string[], name: string, value: string): readonly string[] {
  const at = lines.findIndex((line) => splitPair(line)[0] === name)
  return at < 0 ? [...lines, `${name}=${value}`] : lines.with(at, `${name}=${value}`)
}

function joined(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join(' ')
}

function emptyObjects(names: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries(names.map((name) => [name, {}]))
}
