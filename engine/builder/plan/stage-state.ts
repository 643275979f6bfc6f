/** A stage as far as its instructions have been gone through. */
import type { Platform } from '../../oci/descriptor.ts'
import type { ImageConfig, ImageRunConfig } from '../../oci/image-config.ts'
import type { Stage } from '../parse/tree.ts'
import { Environment, splitPair } from './environment.ts'
import { hostPlatformDefaults } from './platforms.ts'
import type { PlannedImage, StepId } from './step.ts'

/** An ARG that was declared; without a value it is only known by name. */
export interface DeclaredArg {
  readonly name: string
  readonly value: string | null
}

export type HistoryLine = PlannedImage['history'][number]

/** What a stage begins with. */
export interface StageBase {
  readonly platform: Platform
  readonly image: ImageConfig
  readonly step: StepId | null
  readonly base: PlannedImage['base']
}

export class StageState {
  /** Name, or number: what plans and messages call it. */
  readonly name: string
  platform: Platform
  image: ImageConfig
  config: ImageRunConfig
  env: Environment
  step: StepId | null
  base: PlannedImage['base']
  history: readonly HistoryLine[] = []
  args: readonly DeclaredArg[] = []
  /** CMD was given in this stage: ENTRYPOINT leaves it then. */
  hasCmd = false
  /** Steps run although the cache has them. */
  fresh = false

  constructor(name: string, { platform, image, step, base }: StageBase) {
    this.name = name
    this.platform = platform
    this.image = image
    this.step = step
    this.base = base
    const { config = {} } = image
    const lines = config.Env ?? []
    const hasPath = lines.some((line) => splitPair(line)[0] === 'PATH')
    const path = hasPath ? null : hostPlatformDefaults(platform).path
    this.config = path === null ? config : { ...config, Env: [...lines, `PATH=${path}`] }
    this.env = (this.config.Env ?? []).reduce((env, line) => env.with(...splitPair(line)), new Environment())
  }

  /** A stage that is FROM this one. */
  inherit(name: string): StageState {
    const state = new StageState(name, this)
    state.config = this.config
    state.dropTriggers()
    state.env = this.env
    state.history = this.history
    state.args = this.args
    return state
  }

  get workdir(): string {
    return this.config.WorkingDir || '/'
  }

  /** Changes how containers of the image run. */
  configure(change: Partial<ImageRunConfig>): void {
    this.config = { ...this.config, ...change }
  }

  /** What is built on a stage runs its triggers, and does not have them. */
  dropTriggers(): void {
    const { OnBuild: _, ...config } = this.config
    this.config = config
  }

  /** An instruction in the image's history; `step` null adds no layer. */
  record(createdBy: string, step: StepId | null): void {
    this.history = [...this.history, { step, createdBy, comment: 'buildkit.dockerfile.v0' }]
  }

  /** The files are now what this step results in. */
  advance(step: StepId): void {
    this.step = step
  }

  /** A variable for the instructions that follow. */
  setEnv(name: string, value: string): void {
    this.env = this.env.with(name, value)
  }
}

/** What messages and plans call a stage. */
export function stageName(stage: Stage): string {
  return stage.name ?? String(stage.index)
}
