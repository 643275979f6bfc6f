/** What instructions of a stage say that they should not. */
import { toWarning } from '../problem.ts'
import type { Dockerfile, Problem, Stage, StageInstruction, Word } from '../tree.ts'

/** What a stage takes from the stage that it stands on. */
interface Standing {
  readonly hasShell: boolean
  readonly hasWorkdir: boolean
}

export function lintInstructions(file: Dockerfile): readonly Problem[] {
  const standings = new Map<string, Standing>()
  return file.stages.flatMap((stage) => {
    const below = standings.get(stage.from.image.text.toLowerCase())
    const { problems, standing } = lintStage(stage, below ?? { hasShell: false, hasWorkdir: false })
    if (stage.name !== null) standings.set(stage.name, standing)
    return problems
  })
}

function lintStage(stage: Stage, below: Standing): { problems: readonly Problem[]; standing: Standing } {
  const problems: Problem[] = []
  const last = new Map<string, StageInstruction>()
  let { hasShell, hasWorkdir } = below
  for (const instruction of stage.instructions) {
    switch (instruction.kind) {
      case 'shell':
        hasShell = true
        break
      case 'workdir':
        if (isRelative(instruction.path) && !hasWorkdir) {
          const path = instruction.path.text
          const message = `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`
          problems.push(toWarning('WorkdirRelativePath', message, instruction.path.range, `/${path}`))
        }
        hasWorkdir = true
        break
      case 'cmd':
      case 'entrypoint':
        if (instruction.command.form === 'shell' && !hasShell) problems.push(recommendJson(instruction))
        problems.push(...onlyOnce(instruction, last))
        break
      case 'healthcheck':
        problems.push(...onlyOnce(instruction, last))
        break
      case 'maintainer': {
        const message = 'Maintainer instruction is deprecated in favor of using label'
        const label = `LABEL org.opencontainers.image.authors=${JSON.stringify(instruction.name.text)}`
        problems.push(toWarning('MaintainerDeprecated', message, instruction.range, label))
        break
      }
      case 'expose':
        problems.push(...instruction.ports.flatMap(lintPort))
        break
      case 'arg':
      case 'env':
        problems.push(...instruction.pairs.flatMap(({ name }) => lintSecret(instruction.kind, name)))
        break
      default:
    }
  }
  return { problems, standing: { hasShell, hasWorkdir } }
}

function isRelative(path: Word): boolean {
  // Quotes hide the start, and a variable may hold an absolute path.
  return !/^["'\s]*(?:[/\\$]|[A-Za-z]:)/.test(path.text)
}

/** Of two of a kind the earlier is told: it is the one that does nothing. */
function onlyOnce(instruction: StageInstruction, last: Map<string, StageInstruction>): readonly Problem[] {
  const earlier = last.get(instruction.kind)
  last.set(instruction.kind, instruction)
  if (earlier === undefined) return []
  const name = instruction.kind.toUpperCase()
  const message = `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`
  return [toWarning('MultipleInstructionsDisallowed', message, earlier.range)]
}

function recommendJson(instruction: Extract<StageInstruction, { kind: 'cmd' | 'entrypoint' }>): Problem {
  const name = instruction.kind.toUpperCase()
  const message = `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`
  return toWarning('JSONArgsRecommended', message, instruction.range, toJson(name, instruction.command))
}

/** The same command without a shell, where no shell is needed for it. */
function toJson(name: string, command: { form: string; text?: string }): string | null {
  const text = (command.text ?? '').replace(/^\[|\]$/g, '')
  const isList = text !== command.text
  if (/[$`*?~&|;<>()\\#{}]/.test(text) || (!isList && /["'=[\]]/.test(text))) return null
  const words = text.match(isList ? /[^\s,"']+/g : /\S+/g) ?? []
  return words.length === 0 ? null : `${name} [${words.map((word) => JSON.stringify(word)).join(', ')}]`
}

function lintPort(port: Word): readonly Problem[] {
  if (!/^[^$]*:[^$]*$/.test(port.text)) return []
  const message = `EXPOSE instruction should not define an IP address or host-port mapping, found '${port.text}'`
  return [toWarning('ExposeInvalidFormat', message, port.range, port.text.replace(/^.*:/, ''))]
}

function lintSecret(kind: 'arg' | 'env', name: Word): readonly Problem[] {
  const words = name.text.toLowerCase().split('_')
  const isSecret = words.some((word) => SECRET_WORDS.includes(word)) && !words.includes('public')
  if (!isSecret) return []
  const message = `Do not use ARG or ENV instructions for sensitive data (${kind.toUpperCase()} "${name.text}")`
  return [toWarning('SecretsUsedInArgOrEnv', message, name.range)]
}

const SECRET_WORDS = [
  'apikey',
  'auth',
  'credential',
  'credentials',
  'key',
  'password',
  'pword',
  'passwd',
  'secret',
  'token',
]
