/** The end of a plan: the target's image, and what was said in vain. */
import type { Platform } from '../../oci/descriptor.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import type { Dockerfile } from '../parse/tree.ts'
import type { BuildRequest } from '../request.ts'
import { isPredefined } from './global-args.ts'
import type { PlanContext } from './plan-context.ts'
import type { StageState } from './stage-state.ts'
import type { BuildPlan, PlanWarning, StepId } from './step.ts'

/** The plan whose target ended as `state`. */
export function finishImage(
  { graph, request }: PlanContext,
  state: StageState,
  warnings: readonly PlanWarning[],
): BuildPlan {
  const { steps, ids } = graph.finish(state.step)
  const renamed = (step: StepId | null) => (step === null ? null : (ids.get(step) as StepId))
  const { base } = state
  const config = imageConfig(state, request)
  const platform: Platform = {
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
  }
  return {
    steps,
    image: {
      stage: state.name,
      platform,
      step: renamed(state.step),
      config,
      history: state.history.map((line) => ({ ...line, step: renamed(line.step) })),
      base: base === null ? null : { ...base, step: ids.get(base.step) as StepId },
    },
    warnings,
  }
}

function imageConfig(state: StageState, { labels, platform }: BuildRequest): ImageConfig {
  const { created: _, history: __, rootfs: ___, ...image } = state.image
  const Labels = { ...state.config.Labels, ...labels }
  return {
    ...image,
    ...(platform === null ? {} : asAsked(image, platform)),
    config: { ...state.config, ...(Object.keys(Labels).length === 0 ? {} : { Labels }) },
    rootfs: { type: 'layers', diff_ids: [] },
  }
}

/** A platform that was asked for is the image's, whatever its base says. */
function asAsked(image: Platform, asked: Platform): Partial<ImageConfig> {
  const isSame = image.os === asked.os && image.architecture === asked.architecture
  const variant = asked.variant ?? (isSame ? image.variant : undefined)
  return { os: asked.os, architecture: asked.architecture, ...(variant === undefined ? {} : { variant }) }
}

/** Build arguments that no ARG of the file or of a base's triggers declares. */
export function unconsumedArgs(
  { globalArgs, stages }: Dockerfile,
  { args }: BuildRequest,
  states: readonly StageState[],
): readonly PlanWarning[] {
  const declared = new Set(
    [...globalArgs, ...stages.flatMap(({ instructions }) => instructions)].flatMap((instruction) =>
      instruction.kind === 'arg' ? instruction.pairs.map(({ name }) => name.text) : [],
    ),
  )
  for (const state of states) for (const { name } of state.args) declared.add(name)
  const left = [...args.keys()].filter((name) => !declared.has(name) && !isPredefined(name)).sort()
  if (left.length === 0) return []
  const message = `[Warning] One or more build-args [${left.join(' ')}] were not consumed`
  return [{ rule: 'UnconsumedBuildArgs', message, range: null }]
}
