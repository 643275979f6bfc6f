/** What a build is done with, put together for each of them. */
import { availableParallelism } from 'node:os'
import { type BuildParts as Given, runBuild } from '../../builder/build.ts'
import type { CacheMounts } from '../../builder/perform/cache-mounts.ts'
import { openPerformer } from '../../builder/perform/performer.ts'
import { resolveCommit } from '../../builder/plan/git-remote.ts'
import type { Step } from '../../builder/plan/step.ts'
import type { BuildRequest } from '../../builder/request.ts'
import { CommandFailed, type Performer, type StepIo } from '../../builder/solve/performer.ts'
import { Solver } from '../../builder/solve/solver.ts'
import type { Parts } from '../containers/parts.ts'
import type { Images } from '../images/images.ts'
import type { Report } from '../images/progress.ts'
import { Slots } from '../images/slots.ts'
import type { SqliteImageRecords } from '../records/images.ts'
import { BaseImages } from './base-images.ts'
import type { RunBuild } from './builds.ts'
import { keepRemains } from './remains.ts'
import { stepNetworks } from './step-network.ts'

/** Steps that work at once, of all builds: one a processor, but also on a small machine some that only wait. */
const STEPS_AT_ONCE = Math.max(4, availableParallelism())

function stepsAtOnce({ settings }: Parts): number {
  return settings.now.builds.maxSteps ?? STEPS_AT_ONCE
}

/** The engine's one solver, and how a build runs on it. */
export function buildRunner(
  parts: Parts,
  images: Images,
  imageRecords: SqliteImageRecords,
  { cacheMounts, rootless }: { readonly cacheMounts: CacheMounts; readonly rootless: boolean },
): RunBuild {
  const { store, runtime } = parts
  const places = new Slots(stepsAtOnce(parts))
  const solver = new Solver(parts.buildCache, places)
  const bases = new BaseImages(images)
  const joinNetwork = stepNetworks(parts)
  const exporting: Given['exporting'] = {
    store,
    records: imageRecords,
    named: (image, reference) => images.namedBuilt(image, reference),
    push: (image, reference, { credentials, signal, status }) => {
      const report = reportTo(status)
      return images.pushBuilt(image, reference, { credentials, report, signal })
    },
  }
  return async (request, { emit: told, signal }) => {
    places.resize(stepsAtOnce(parts))
    let failed = false
    const emit: typeof told = (event) => {
      failed ||= event.kind === 'failed'
      told(event)
    }
    // What a build looks at stays there until its end.
    await store.withTemporary(async (scratch) => {
      const { credentials, pull } = request
      const performer = (current: BuildRequest) =>
        keepingRemains(
          openPerformer({
            ...{ store, runtime, request: current, scratch, cacheMounts },
            fetchImage: (operation, io) => bases.fetch(operation, { credentials, signal: io.signal }, io),
            joinNetwork,
          }),
          (step, failed) => keepRemains(parts.buildCache, request.id, step, failed),
        )
      await runBuild(request, {
        ...{
          solver,
          performer,
          exporting,
          registry: images.remote,
          emit,
          signal,
          scratch,
          rootless,
          now: Date.now,
        },
        lookUp: {
          resolveImage: (reference, platform) =>
            bases.resolve(reference, { platform, pull }, { credentials, signal }),
          resolveCommit: (remote, ref) => resolveCommit(remote, ref, request, signal),
        },
      })
    })
    // Of what was made only to be sent, of what a change of it replaced, and of half an image nothing needs to stay.
    if (failed || leaves(request)) await images.collect()
  }
}

/** Whether a build of it writes content that no image has in the end. */
function leaves({ outputs, cacheTo, squash, sourceDateEpoch }: BuildRequest): boolean {
  if (squash || sourceDateEpoch !== null || cacheTo.length > 0) return true
  return outputs.some(
    (output) => output.kind === 'docker' || output.kind === 'oci' || ('push' in output && output.push),
  )
}

/** The same performer; of a command that failed, what it left is kept before anybody hears of it. */
function keepingRemains(performer: Performer, keep: (step: Step, failed: CommandFailed) => void): Performer {
  return {
    ...performer,
    perform: async (step, inputs, io) => {
      try {
        return await performer.perform(step, inputs, io)
      } catch (error) {
        if (error instanceof CommandFailed) keep(step, error)
        throw error
      }
    },
  }
}

/** Lines of a push as parts of the step. */
function reportTo(status: StepIo['status']): Report {
  return ({ id, status: text, progressDetail }) => {
    if (id === undefined || text === undefined) return
    const { current = 0, total = 0 } = progressDetail ?? {}
    status(`${text} ${id}`, current, total, ['Pushed', 'Layer already exists'].includes(text))
  }
}
