/**
 * Dockerfile to graph of steps, pure: what it takes from the world is in `Known`. Stages are gone through when
 * something needs them, so that what the target does not need is never looked at.
 */
import type { Platform } from '../../oci/descriptor.ts'
import { parseTrigger } from '../parse/parse.ts'
import { suggest } from '../parse/suggest.ts'
import type { Dockerfile, Range, Stage, StageInstruction, Word } from '../parse/tree.ts'
import type { BuildRequest } from '../request.ts'
import { BaseImages } from './base-images.ts'
import { contextInput, MAIN } from './contexts.ts'
import type { Environment } from './environment.ts'
import { Expander } from './expansion.ts'
import { globalScope } from './global-args.ts'
import { PlanGraph } from './graph.ts'
import { planInstruction } from './instructions.ts'
import type { Known } from './known.ts'
import { type Input, type PlanContext, Unknown, type Work } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import { finishImage, unconsumedArgs } from './planned-image.ts'
import { platformArgs } from './platforms.ts'
import { type StageState, stageName } from './stage-state.ts'
import type { BuildPlan, PlanWarning } from './step.ts'
import { needsNumber, StepNames, stageTotal } from './step-names.ts'

export interface PlanInput {
  readonly dockerfile: Dockerfile
  readonly request: BuildRequest
  /** Of the machine that builds. */
  readonly buildPlatform: Platform
  readonly known: Known
}

/** The plan, or null when something that it needs is not known yet (`known.takeMissing`). Throws PlanError. */
export function plan(input: PlanInput): BuildPlan | null {
  return new Planner(input).run()
}

class Planner implements PlanContext {
  readonly request: BuildRequest
  readonly known: Known
  readonly graph = new PlanGraph()
  readonly expander: Expander
  readonly globals: Environment
  readonly targetPlatform: Platform
  readonly #dockerfile: Dockerfile
  readonly #images: BaseImages
  readonly #warnings: PlanWarning[] = []
  readonly #states = new Map<number, StageState>()
  readonly #underway = new Set<number>()

  constructor({ dockerfile, request, buildPlatform, known }: PlanInput) {
    const last = dockerfile.stages.at(-1)?.name ?? ''
    this.request = request
    this.targetPlatform = request.platform ?? buildPlatform
    this.known = known
    this.#dockerfile = dockerfile
    this.expander = new Expander(dockerfile.directives.escape, (warning) => this.warn(warning))
    this.globals = globalScope(
      dockerfile.globalArgs,
      platformArgs(buildPlatform, this.targetPlatform, request.target ?? last),
      request.args,
      this.expander,
    )
    this.#images = new BaseImages(this, dockerfile)
  }

  run(): BuildPlan | null {
    const target = this.#target()
    // All that the file names at once, so that it is looked up at once.
    this.#images.foresee(target)
    let state: StageState
    try {
      state = this.#stage(target)
    } catch (error) {
      if (error instanceof Unknown) return null
      throw error
    }
    if (this.known.isMissing) return null
    const unconsumed = unconsumedArgs(this.#dockerfile, this.request, [...this.#states.values()])
    return finishImage(this, state, [...this.#warnings, ...unconsumed])
  }

  warn(warning: PlanWarning): void {
    const same = ({ rule, message, range }: PlanWarning) =>
      rule === warning.rule && message === warning.message && range?.start.line === warning.range?.start.line
    if (!this.#warnings.some(same)) this.#warnings.push(warning)
  }

  mainContext(range: Range): Input {
    return contextInput(this, MAIN, this.request.context, range)
  }

  named(name: Word, work: Work): Input | null {
    const stage = this.#find(name.text)
    if (stage !== undefined) return this.#stageInput(stage, name, work)
    if (/^\d+$/.test(name.text))
      throw new PlanError(`invalid stage index ${name.text}`, work.trigger ?? name.range)
    return this.#images.external(name, work.trigger ?? name.range)
  }

  #stageInput(stage: Stage, name: Word, work: Work): Input | null {
    const range = work.trigger ?? name.range
    if (this.#underway.has(stage.index))
      throw new PlanError(`circular dependency detected on stage: ${stageName(stage)}`, range)
    if (stage.index > work.index) {
      const [from, to] = [stageName(stage), work.state.name]
      const message = `cannot copy from stage "${from}", it needs to be defined before current stage "${to}"`
      throw new PlanError(message, range)
    }
    const { step } = this.#stage(stage)
    return step === null ? null : { step, origin: 'stage', isContext: false }
  }

  #target(): Stage {
    const { stages } = this.#dockerfile
    const { target } = this.request
    const found = target === null ? stages.at(-1) : this.#find(target)
    if (found !== undefined) return found
    const [first] = stages
    const start = { line: 1, column: 1 }
    const range = first?.from.range ?? { start, end: start }
    if (target === null) throw new PlanError('dockerfile contains no stages to build', range)
    const names = stages.flatMap(({ name }) => name ?? [])
    throw new PlanError(`target stage ${JSON.stringify(target)} could not be found`, range, {
      suggestion: suggest(target, names),
    })
  }

  /** The last stage of that name, or the one of that number. */
  #find(name: string): Stage | undefined {
    const { stages } = this.#dockerfile
    const byName = stages.findLast((stage) => stage.name === name.toLowerCase())
    return byName ?? (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
  }

  #stage(stage: Stage): StageState {
    const known = this.#states.get(stage.index)
    if (known) return known
    this.#underway.add(stage.index)
    const total = stageTotal(stage, this.#images.isNumbered(stage))
    const names = new StepNames(this.#images.shownName(stage), total)
    const base = this.#images.baseStage(stage)
    const state = base ? this.#stage(base).inherit(stageName(stage)) : this.#images.start(stage, names)
    const noCache = this.request.noCache
    state.fresh =
      typeof noCache === 'boolean'
        ? noCache
        : noCache.some((name) => name.toLowerCase() === (stage.name ?? String(stage.index)))
    const own = this.#images.isReplaced(stage) ? [] : stage.instructions
    const triggers = this.#triggers(stage, (base ? this.#stage(base) : state).config.OnBuild ?? [])
    state.dropTriggers()
    names.expect(triggers.filter(needsNumber).length)
    for (const trigger of triggers)
      planInstruction(
        this,
        { state, names, index: stage.index, ordinal: 1, trigger: stage.from.range },
        trigger,
      )
    for (const [index, instruction] of own.entries())
      planInstruction(
        this,
        { state, names, index: stage.index, ordinal: index + 2, trigger: null },
        instruction,
      )
    this.#underway.delete(stage.index)
    this.#states.set(stage.index, state)
    return state
  }

  #triggers({ from }: Stage, sources: readonly string[]): readonly StageInstruction[] {
    return sources.map((source) => {
      const { instruction, problems } = parseTrigger(source)
      const [wrong] = problems.filter(({ severity }) => severity === 'error')
      if (instruction !== null && wrong === undefined) return instruction
      const message = `the trigger "${source}" of ${from.image.text} cannot be read: ${wrong?.message ?? ''}`
      throw new PlanError(message, from.range)
    })
  }
}
