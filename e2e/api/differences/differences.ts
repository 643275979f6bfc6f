/**
 * Where an engine answers otherwise than dockerd, case by case, with the reason. A case that is named here must
 * still fail there: when it passes, the line is out of date and the suite says so.
 */
import type { EngineName } from '../../fixtures/engine.ts'
import { DOCKERD } from './dockerd.ts'
import { EMBEDDED } from './embedded.ts'
import { PODMAN } from './podman.ts'
import { ROOTLESS } from './rootless.ts'

/** Title of a case (as `describe > test`, without the engine and the row ids) -> why it differs. */
export type Differences = Readonly<Record<string, string>>

const ALL: Readonly<Record<EngineName, Differences>> = {
  embedded: EMBEDDED,
  rootless: ROOTLESS,
  dockerd: DOCKERD,
  podman: PODMAN,
}

/** The name of a case in the tables here: `networks > bridge, host and none are there`. */
export function caseName(describeTitle: string, title: string): string {
  return `${describeTitle} > ${title.replaceAll(/ \[\d\d\.\d\d\]/g, '')}`
}

/** Why a case differs on an engine, or nothing when it must be the same. */
export function difference(engine: EngineName, name: string): string | undefined {
  return ALL[engine][name]
}
