/**
 * Services: the use cases behind the contract, in a process of their own, for any shell. This file puts them together.
 * They own what outlives a page: engines, live lists, terminals, logs, tasks and settings.
 */
import path from 'node:path'
import { Builds } from './builds/builds.ts'
import { Containers } from './containers/containers.ts'
import type { EmbeddedOptions } from './engines/embedded.ts'
import type { AddedEngines } from './engines/engines.ts'
import { Engines } from './engines/engines.ts'
import { Images } from './images/images.ts'
import { Logs } from './logs/logs.ts'
import { Projects } from './projects/projects.ts'
import { CommandLog } from './settings/command-log.ts'
import { JsonFile } from './settings/json-file.ts'
import { Settings } from './settings/settings.ts'
import { Tasks } from './tasks/tasks.ts'
import { Terminals } from './terminals/terminals.ts'
import { Volumes } from './volumes/volumes.ts'

export interface ServicesOptions {
  readonly stateDirectory: string
  readonly embedded: EmbeddedOptions
  readonly shell: 'desktop' | 'headless'
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stopEngineOnExit: boolean
}

export interface Services {
  readonly options: ServicesOptions
  readonly engines: Engines
  readonly containers: Containers
  readonly projects: Projects
  readonly images: Images
  readonly volumes: Volumes
  readonly builds: Builds
  readonly logs: Logs
  readonly terminals: Terminals
  readonly tasks: Tasks
  readonly settings: Settings
  readonly commandLog: CommandLog
  /** Ends what runs here. The embedded engine stays, unless it was asked to go with us. */
  close(): void
}

export function createServices(options: ServicesOptions): Services {
  const file = new JsonFile<AddedEngines>(path.join(options.stateDirectory, 'engines.json'), (found) => {
    const added = (found as Partial<AddedEngines> | undefined)?.added
    return { added: Array.isArray(added) ? added : [] }
  })
  const commandLog = new CommandLog()
  const settings = new Settings(options.stateDirectory)
  const tasks = new Tasks()
  const engines = new Engines(options.embedded, file, options.environment)
  const images = new Images(engines, tasks, commandLog)
  const projects = new Projects(engines, tasks, commandLog, options)
  const terminals = new Terminals(engines, commandLog)
  return {
    options,
    engines,
    projects,
    images,
    tasks,
    settings,
    terminals,
    commandLog,
    containers: new Containers(engines, images, commandLog),
    volumes: new Volumes(engines, commandLog),
    builds: new Builds(engines, tasks, commandLog, options.stateDirectory),
    logs: new Logs(engines),
    close() {
      tasks.close()
      terminals.closeAll()
      projects.close()
      engines.close()
      const pid = engines.startedPid
      if (options.stopEngineOnExit && pid) {
        try {
          process.kill(pid, 'SIGTERM')
        } catch {
          // it has ended already
        }
      }
    },
  }
}
