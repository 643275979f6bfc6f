/** The instructions of a build in the order in which Docker's classic builder counts them. */
import { createHash } from 'node:crypto'
import { parseDockerfile } from '../../../builder/parse/parse.ts'
import type { Dockerfile, Instruction, Stage } from '../../../builder/parse/tree.ts'
import type { StepView } from '../../../builder/solve/progress.ts'

/** One line of `Step 3/7 : RUN make`. */
export interface CountedInstruction {
  readonly kind: Instruction['kind']
  readonly text: string
  /** Steps that it is made of; none for what only changes the config. */
  readonly steps: readonly string[]
  /** Steps of the base image's ONBUILD, which run after a FROM. */
  readonly triggers: readonly StepView[]
  /** What stands for it where Docker names the image that it made: made of all that went before. Empty has none. */
  readonly shortId: string
  /** An ARG before the first FROM makes nothing. */
  readonly global: boolean
}

/** Those of the stages that the build needs: others are skipped, where the classic builder ran every one. */
export function countInstructions(
  text: string,
  target: string | null,
  steps: readonly StepView[],
): readonly CountedInstruction[] {
  const file = parseDockerfile(text)
  const wanted = targetOf(file, target)
  const needed = new Set(steps.flatMap(({ origin }) => (origin ? [origin.stage] : [])))
  const stages = file.stages.filter((stage) => stage === wanted || needed.has(nameOf(stage)))
  const args = file.globalArgs.map((instruction): CountedInstruction => {
    const nothing = { steps: [], triggers: [], shortId: '', global: true } as const
    return { kind: 'arg', text: instruction.text, ...nothing }
  })
  return [...args, ...stages.flatMap((stage) => countStage(stage, steps))]
}

/** Names of build arguments that the file has no ARG for, sorted. */
export function unusedArgs(text: string, given: Iterable<string>): readonly string[] {
  const file = parseDockerfile(text)
  const declared = [...file.globalArgs, ...file.stages.flatMap(({ instructions }) => instructions)].flatMap(
    (instruction) => (instruction.kind === 'arg' ? instruction.pairs.map(({ name }) => name.text) : []),
  )
  const known = new Set([...declared, ...PREDEFINED])
  return [...given].filter((name) => !known.has(name)).toSorted()
}

/** Arguments that need no ARG (Dockerfile reference, "Predefined ARGs"), and BuildKit's own. */
const PREDEFINED = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]),
  ...['SOURCE_DATE_EPOCH', 'BUILDKIT_INLINE_CACHE', 'BUILDKIT_SYNTAX', 'BUILDKIT_CONTEXT_KEEP_GIT_DIR'],
]

function countStage(stage: Stage, steps: readonly StepView[]): readonly CountedInstruction[] {
  const own = steps.filter(({ origin }) => origin?.stage === nameOf(stage))
  const hash = createHash('sha256')
  return [stage.from, ...stage.instructions].map((instruction, index) => {
    hash.update(`${instruction.text}\n`)
    const mine = own.filter(({ origin }) => origin?.range !== null && origin?.ordinal === index + 1)
    return {
      kind: instruction.kind,
      text: instruction.text,
      steps: mine.map(({ id }) => id),
      triggers: index === 0 ? own.filter(({ origin }) => origin?.range === null) : [],
      shortId: index === 0 ? baseId(stage, steps) : hash.copy().digest('hex').slice(0, 12),
      global: false,
    }
  })
}

/** The base's digest as its step names it: `[build 1/3] FROM docker.io/library/busybox@sha256:...`. */
function baseId(stage: Stage, steps: readonly StepView[]): string {
  const labels = ['', nameOf(stage), `stage-${stage.index}`]
  for (const { name } of steps) {
    const found = /^\[(?:(\S+) )?\d+\/\d+\] FROM .*@sha256:([0-9a-f]{12})/.exec(name)
    if (found && labels.includes(found[1] ?? '')) return found[2] ?? ''
  }
  return ''
}

function nameOf(stage: Stage): string {
  return stage.name ?? String(stage.index)
}

function targetOf({ stages }: Dockerfile, target: string | null): Stage | undefined {
  if (target === null) return stages.at(-1)
  return stages.find(({ name }) => name === target.toLowerCase()) ?? stages[Number(target)]
}
