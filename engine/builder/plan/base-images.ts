/** What stages begin with, and what `--from` means when it is no stage: images and named contexts. */
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, parsePlatform } from '../../oci/platform.ts'
import { familiarReference, parseReference } from '../../oci/reference.ts'
import { suggest } from '../parse/suggest.ts'
import type { Dockerfile, Range, Stage, Word } from '../parse/tree.ts'
import type { ContextSource } from '../request.ts'
import { contextInput, MAIN, wholeCopy } from './contexts.ts'
import { imageNeed, imageStep, knownImage, type NamedImage } from './image-step.ts'
import type { Input, PlanContext } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import { emptyImage } from './platforms.ts'
import { StageState, stageName } from './stage-state.ts'
import type { StepNames } from './step-names.ts'

const SCRATCH = 'scratch'

/** FROM with its variables replaced. */
interface Base {
  readonly written: string
  readonly platform: Platform | null
}

export class BaseImages {
  readonly #plan: PlanContext
  readonly #dockerfile: Dockerfile
  readonly #bases = new Map<number, Base>()

  constructor(plan: PlanContext, dockerfile: Dockerfile) {
    this.#plan = plan
    this.#dockerfile = dockerfile
  }

  /** The stage that this one is FROM: one before it of that name. */
  baseStage(stage: Stage): Stage | null {
    if (this.isReplaced(stage)) return null
    const name = this.#base(stage).written.toLowerCase()
    return this.#dockerfile.stages.findLast((one) => one.index < stage.index && one.name === name) ?? null
  }

  /** A context of the stage's own name stands in for it. */
  isReplaced({ name }: Stage): boolean {
    return name !== null && this.#context(name) !== null
  }

  /** Whether the stage begins with something that has to be had. */
  isNumbered(stage: Stage): boolean {
    return this.#base(stage).written !== SCRATCH && this.baseStage(stage) === null
  }

  /** Its name in the names of steps: none in a file that has nothing beside it. */
  shownName({ name, index }: Stage): string {
    const { stages } = this.#dockerfile
    const isAlone = stages.length === 1 && this.#fromNames(stages[0] as Stage).length === 0
    return isAlone ? '' : (name ?? `stage-${index}`)
  }

  /** The stage before its first instruction. Throws `Unknown`. */
  start(stage: Stage, names: StepNames): StageState {
    const { written, platform: asked } = this.#base(stage)
    const platform = asked ?? this.#plan.targetPlatform
    const range = stage.from.image.range
    const named = (stage.name === null ? null : this.#context(stage.name)) ?? this.#context(written)
    if (named !== null) return this.#fromContext(stage, named, names, platform)
    const name = stageName(stage)
    if (written === SCRATCH) {
      const image = emptyImage(this.#plan.targetPlatform)
      return new StageState(name, { platform: this.#plan.targetPlatform, image, step: null, base: null })
    }
    const image = { written, platform, range }
    const { config } = knownImage(this.#plan.known, image)
    this.#warnOfPlatform(image, config)
    const step = imageStep(this.#plan, image, (full) => names.next(`FROM ${full}`))
    return new StageState(name, { platform, image: config, step, base: { step, config } })
  }

  /** `--from` of something that is no stage. Throws `Unknown`. */
  external(name: Word, range: Range): Input | null {
    if (name.text === SCRATCH) return null
    const context = this.#context(name.text)
    if (context !== null) return contextInput(this.#plan, context.name, context.source, range)
    const image = { written: name.text, platform: this.#plan.targetPlatform, range }
    return { step: imageStep(this.#plan, image, (full) => `FROM ${full}`), origin: 'stage', isContext: false }
  }

  /** Asks for everything that `stage` and what it needs name, so that it is looked up together. */
  foresee(stage: Stage, seen: Set<number> = new Set()): void {
    if (seen.has(stage.index)) return
    seen.add(stage.index)
    const { known, targetPlatform, request } = this.#plan
    const base = this.baseStage(stage)
    const { written, platform } = this.#base(stage)
    if (base !== null) this.foresee(base, seen)
    else if (written !== SCRATCH && !this.isReplaced(stage) && this.#context(written) === null)
      known.image(imageNeed({ written, platform: platform ?? targetPlatform, range: stage.from.image.range }))
    if (request.context.kind === 'files') known.ignore(MAIN)
    for (const name of this.#fromNames(stage)) {
      const { stages } = this.#dockerfile
      const text = name.text.toLowerCase()
      const other =
        stages.findLast((one) => one.name === text) ?? stages[/^\d+$/.test(text) ? Number(text) : -1]
      if (other !== undefined) this.foresee(other, seen)
      else if (text !== SCRATCH && this.#context(name.text) === null && !/^\d+$|\$/.test(text))
        known.image(imageNeed({ written: name.text, platform: targetPlatform, range: name.range }))
    }
  }

  /** Words after `from` of a stage's instructions. */
  #fromNames({ instructions }: Stage): readonly Word[] {
    return instructions.flatMap((instruction) => {
      if (instruction.kind === 'copy') return instruction.from ?? []
      if (instruction.kind !== 'run') return []
      const fields = instruction.mounts.flatMap((mount) => mount.fields)
      return fields.flatMap(({ key, value }) => (key.text === 'from' && value !== null ? value : []))
    })
  }

  #fromContext(
    stage: Stage,
    { name, source }: NamedContext,
    names: StepNames,
    platform: Platform,
  ): StageState {
    const range = stage.from.range
    const label = stageName(stage)
    if (source.kind === 'image') {
      const image = { written: source.reference, platform, range }
      const { config } = knownImage(this.#plan.known, image)
      const step = imageStep(this.#plan, image, (full) => names.next(`FROM ${full}`))
      return new StageState(label, { platform, image: config, step, base: { step, config } })
    }
    const input = contextInput(this.#plan, name, source, range)
    if (input.isContext) this.#plan.graph.want(input.step, '.')
    const config = emptyImage(platform)
    const step = this.#plan.graph.add({
      operation: wholeCopy('local', '.'),
      inputs: [input.step],
      name: names.next(`FROM ${name}`),
      origin: null,
      fresh: false,
    })
    return new StageState(label, { platform, image: config, step, base: { step, config } })
  }

  #base(stage: Stage): Base {
    const known = this.#bases.get(stage.index)
    if (known) return known
    const { image, platform } = stage.from
    const written = this.#expand(image)
    if (written === '') throw new PlanError(`base name (${image.text}) should not be blank`, image.range)
    const base = { written, platform: platform === null ? null : this.#platform(platform) }
    this.#bases.set(stage.index, base)
    return base
  }

  #platform(word: Word): Platform {
    const text = this.#expand(word)
    if (text === '') throw new PlanError(`empty platform value from expression ${word.text}`, word.range)
    try {
      return parsePlatform(text)
    } catch (cause) {
      const message = `failed to parse platform ${text}: ${(cause as Error).message}`
      throw new PlanError(message, word.range, { cause })
    }
  }

  #expand(word: Word): string {
    const { expander, globals } = this.#plan
    return expander.word(word, { env: globals, args: [] }, {}, (name) => {
      const near = suggest(name, globals.names())
      const hint = near === null ? '' : ` (did you mean ${near}?)`
      return { rule: 'UndefinedArgInFrom', message: `FROM argument '${name}' is not declared${hint}` }
    })
  }

  #context(name: string): NamedContext | null {
    const { namedContexts } = this.#plan.request
    const keys = [name, familiarKey(name)]
    const key = keys.find((one) => one !== MAIN && one !== SCRATCH && namedContexts.has(one))
    return key === undefined ? null : { name: key, source: namedContexts.get(key) as ContextSource }
  }

  #warnOfPlatform({ written, platform, range }: NamedImage, config: Platform): void {
    if (config.os === platform.os && config.architecture === platform.architecture) return
    const message = `Base image ${written} was pulled with platform "${formatPlatform(config)}", expected "${formatPlatform(platform)}" for current build`
    this.#plan.warn({ rule: 'InvalidBaseImagePlatform', message, range })
  }
}

interface NamedContext {
  readonly name: string
  readonly source: ContextSource
}

/** How a context is named that stands in for an image: short, and without `:latest`. */
function familiarKey(name: string): string {
  try {
    return familiarReference(parseReference(name)).replace(/:latest$/, '')
  } catch {
    return name
  }
}
