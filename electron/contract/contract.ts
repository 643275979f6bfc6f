/**
 * What a UI may ask: use cases with schema-checked inputs, never raw engine HTTP. The router implements it, the
 * renderer imports it as a type alone (so that no schema code reaches the page).
 */
import { builds } from './builds.ts'
import { containers } from './containers.ts'
import { engines } from './engines.ts'
import { images } from './images.ts'
import { logs } from './logs.ts'
import { projects } from './projects.ts'
import { settings } from './settings.ts'
import { tasks } from './tasks.ts'
import { terminals } from './terminals.ts'
import { volumes } from './volumes.ts'

export const contract = {
  engines,
  projects,
  containers,
  images,
  volumes,
  builds,
  logs,
  terminals,
  tasks,
  settings,
}
export type Contract = typeof contract
