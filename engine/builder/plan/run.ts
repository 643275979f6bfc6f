/** RUN: its command line, what it is mounted with, and its line of history. */
import { readMark } from '../parse/heredoc.ts'
import type { Command, RunInstruction, Word } from '../parse/tree.ts'
import { proxyEnv } from './global-args.ts'
import { type PlannedMounts, planMounts } from './mounts.ts'
import { originOf, type PlanContext, placeOf, type Work } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import { commandLine, shellLine } from './settings.ts'
import type { ExecOperation, RunMount, StepId } from './step.ts'
import { summarize } from './step-names.ts'

/** Where the script of a heredoc with a shebang is put. */
const SCRIPTS = '/dev/pipes/'

export function planRun(plan: PlanContext, work: Work, instruction: RunInstruction): void {
  const { state, names } = work
  const range = placeOf(work, instruction.range)
  if (instruction.devices.length > 0)
    throw new PlanError('RUN --device is not supported: the builder gives no devices to commands', range)
  const { args, script } = runLine(work, instruction.command)
  const mounts = planMounts(plan, work, instruction.mounts)
  const inputs = state.step === null ? [] : [state.step]
  const root = state.step === null ? null : 0
  const placed: RunMount[] = mounts.mounts.map((mount) => mount(inputs))
  if (script !== null) {
    inputs.push(inlineStep(plan, script))
    placed.push({ type: 'bind', target: SCRIPTS, input: inputs.length - 1, source: '.', readOnly: true })
  }
  const env = state.env.lines()
  const agent = placed.find((mount) => mount.type === 'ssh')
  if (agent && state.env.get('SSH_AUTH_SOCK') === undefined) env.push(`SSH_AUTH_SOCK=${agent.target}`)
  const operation: ExecOperation = {
    kind: 'exec',
    root,
    args,
    env,
    cwd: state.workdir,
    user: state.config.User ?? '',
    mounts: placed,
    network: networkOf(plan, instruction.network, work),
    security: securityOf(plan, instruction.security, work),
    argNames: declaredNames(work),
    proxyEnv: proxyEnv(plan.request.args),
  }
  state.advance(
    plan.graph.add({
      operation,
      inputs,
      name: names.next(shownText(plan, work, instruction, mounts), work.trigger !== null),
      origin: originOf(work, instruction),
      fresh: state.fresh,
    }),
  )
  const given = declaredNames(work).map((name) => `${name}=${state.env.get(name) ?? ''}`)
  const counted = given.length === 0 ? [] : [`|${given.length}`, ...given]
  state.record(`RUN ${[...counted, ...args].join(' ')} # buildkit`, state.step)
}

interface Script {
  readonly name: string
  readonly content: string
}

/**
 * The command line. One heredoc alone is a script: of the interpreter that its first line names, else of the shell.
 * Heredocs beside other words are the shell's own to read.
 */
function runLine(
  work: Work,
  command: Command,
): { readonly args: readonly string[]; readonly script: Script | null } {
  const { Shell } = work.state.config
  const [first] = command.form === 'shell' ? command.heredocs : []
  if (command.form === 'exec' || first === undefined)
    return { args: commandLine(work, command), script: null }
  if (readMark(command.text.trim()) === null) {
    const bodies = command.heredocs.map(({ name, content }) => `\n${content}${name}`)
    return { args: shellLine(Shell, command.text + bodies.join('')), script: null }
  }
  const { name, content } = first
  if (!content.startsWith('#!')) return { args: shellLine(Shell, content), script: null }
  return { args: shellLine(Shell, `${SCRIPTS}${name}`), script: { name, content } }
}

function inlineStep(plan: PlanContext, { name, content }: Script): StepId {
  return plan.graph.add({
    operation: {
      kind: 'copy',
      root: null,
      sources: [{ kind: 'inline', name, content, mode: 0o755 }],
      destination: '/',
      chown: null,
      chmod: null,
      exclude: [],
      parents: false,
      unpack: 'never',
    },
    inputs: [],
    name: '[internal] preparing inline document',
    origin: null,
    fresh: false,
  })
}

/** The instruction with its variables filled in, but none that a secret is in. */
function shownText(
  plan: PlanContext,
  { state }: Work,
  { text, command }: RunInstruction,
  { secretEnv }: PlannedMounts,
): string {
  const lookup = (name: string) => (secretEnv.includes(name) ? '****' : state.env.get(name))
  const shown = plan.expander.text(text, lookup, { quotes: 'keep', unset: 'keep' })
  const [first] = command.form === 'shell' ? command.heredocs : []
  return first && command.form === 'shell' && readMark(command.text.trim()) !== null
    ? `${shown} (${summarize(first.content)})`
    : shown
}

/** ARGs in scope, each once, in the order of their declaration. */
function declaredNames({ state }: Work): readonly string[] {
  return [...new Set(state.args.map(({ name }) => name))]
}

function networkOf({ request }: PlanContext, word: Word | null, work: Work): ExecOperation['network'] {
  if (word === null) return request.network
  if (word.text === 'none') return 'none'
  if (word.text !== 'host') return 'default'
  if (!request.entitlements.hostNetwork && request.network !== 'host')
    throw new PlanError(
      'network.host is not allowed: allow it for this build (docker build --allow network.host)',
      placeOf(work, word.range),
    )
  return 'host'
}

function securityOf({ request }: PlanContext, word: Word | null, work: Work): ExecOperation['security'] {
  if (word?.text !== 'insecure') return 'sandbox'
  if (!request.entitlements.insecure)
    throw new PlanError(
      'security.insecure is not allowed: allow it for this build (docker build --allow security.insecure)',
      placeOf(work, word.range),
    )
  return 'insecure'
}
