/** Rows of the history, from the engine's summaries. Pure. */
import type { BuildSummary } from '../../../engine/api/longshore/builds.ts'
import type { BuildRow } from '../../contract/builds.ts'

export function rowOfBuild(build: BuildSummary): BuildRow {
  const { id, title, state, target, platform, names, imageId, steps, error, warnings } = build
  return {
    ...{ id, title, state, target, platform, names, imageId, steps, error, warnings },
    startedAt: new Date(build.startedAt).toISOString(),
    completedAt: build.completedAt === null ? null : new Date(build.completedAt).toISOString(),
  }
}
