/** Every timed row, in the order of the table. */
import { BUILDS } from './builds.ts'
import { COMPOSE } from './compose.ts'
import { IMAGES } from './images.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { LOGS } from './logs.ts'
import { MANY_MEASURES } from './many.ts'
import type { Measure } from './measure.ts'

export const MEASURES: readonly Measure[] = [
  ...LIFECYCLE,
  ...MANY_MEASURES,
  ...LOGS,
  ...IMAGES,
  ...BUILDS,
  ...COMPOSE,
]
