/** The builder over an engine's parts. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { CacheMounts } from '../../builder/perform/cache-mounts.ts'
import type { Parts } from '../containers/parts.ts'
import type { Images } from '../images/images.ts'
import { BuildHistoryRecords } from '../records/build-history.ts'
import type { SqliteImageRecords } from '../records/images.ts'
import { BuildCache } from './build-cache.ts'
import { Builds, type RunBuild } from './builds.ts'
import { BuildHistory } from './history.ts'

/** What it stands on. */
export interface BuilderParts {
  readonly parts: Parts
  readonly db: DatabaseSync
  readonly images: Images
  readonly imageRecords: SqliteImageRecords
  /** The engine's root. */
  readonly root: string
  readonly rootless: boolean
}

/** Opens it; what was building when the engine was killed has failed. */
export async function openBuilds({
  parts,
  db,
  images,
  imageRecords,
  root,
  rootless,
}: BuilderParts): Promise<Builds> {
  const { report } = parts
  const history = new BuildHistory(join(root, 'builds'), new BuildHistoryRecords(db))
  await history.recover()
  const cacheMounts = new CacheMounts(join(root, 'build-cache-mounts'))
  const cache = new BuildCache({
    mounts: cacheMounts,
    records: parts.buildCache,
    images: imageRecords,
    journal: parts.journal,
    folder: root,
    collect: () => images.collect(),
    runningSince: () => builds.runningSince,
    now: Date.now,
    gc: () => parts.settings.now.builds.gc,
  })
  // An engine that builds nothing has no builder in memory.
  let runner: Promise<RunBuild> | null = null
  const run: RunBuild = async (request, told) => {
    runner ??= import('./run-build.ts').then(({ buildRunner }) =>
      buildRunner(parts, images, imageRecords, { cacheMounts, rootless }),
    )
    return (await runner)(request, told)
  }
  const changed = (what: string, id: string, title: string) =>
    parts.journal.emit('builder', what, id, title === '' ? {} : { title })
  const builds = new Builds({ run, history, cache, report, now: Date.now, changed })
  return builds
}
