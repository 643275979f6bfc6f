/** The whole contract, implemented. */
import { builds } from './builds.ts'
import { containers } from './containers.ts'
import { engines } from './engines.ts'
import { images } from './images.ts'
import { os } from './implementer.ts'
import { logs } from './logs.ts'
import { projects } from './projects.ts'
import { settings } from './settings.ts'
import { tasks } from './tasks.ts'
import { terminals } from './terminals.ts'
import { volumes } from './volumes.ts'

export const router = os.router({
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
})
