/** `longshore compose`: loads a project, plans, and carries the plan out on an engine. */
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { connectEngine, type EngineClient } from '../../../engine/client/client.ts'
import { parseEndpoint } from '../../../engine/client/endpoint.ts'
import { apply } from '../../../engine/compose/apply/apply.ts'
import { printFault } from '../../../engine/compose/load/fault.ts'
import { type Loaded, loadProject } from '../../../engine/compose/load/load.ts'
import { observe } from '../../../engine/compose/observe.ts'
import { printChanges } from '../../../engine/compose/plan/change.ts'
import { planDown } from '../../../engine/compose/plan/down.ts'
import { describeAction } from '../../../engine/compose/plan/step.ts'
import { type Plan, planUp } from '../../../engine/compose/plan/up.ts'
import { EngineError } from '../../../engine/errors.ts'
import { COMPOSE_HELP, type ProjectOptions, readComposeOptions } from './options.ts'
import { printProject } from './print-project.ts'
import { printServices } from './print-services.ts'

/** Runs one command; resolves to the exit code. `socket` is the embedded engine's. */
export async function compose(args: readonly string[], socket: string): Promise<number> {
  const { project: options, command } = readComposeOptions(args)
  if (command.kind === 'help') {
    process.stdout.write(COMPOSE_HELP)
    return 0
  }
  const loaded = await load(options)
  for (const warning of loaded.warnings) console.error(`warning: ${printFault(warning)}`)
  const { project } = loaded
  if (command.kind === 'config') {
    if (!command.quiet) process.stdout.write(printProject(project, command))
    return 0
  }
  const client = await connectEngine(
    parseEndpoint(options.host ?? process.env.DOCKER_HOST ?? `unix://${socket}`),
  )
  const observed = await observe(client, project, 'shared')
  switch (command.kind) {
    case 'plan':
    case 'up': {
      const plan = planUp(project, observed, { ...command.up, services: command.services })
      console.log(printChanges(plan.changes))
      return command.kind === 'plan' ? 0 : carryOut(plan, loaded, client)
    }
    case 'down': {
      const { volumes, removeOrphans, graceSeconds } = command
      const plan = planDown(project, observed, {
        volumes,
        removeOrphans,
        ...(graceSeconds === undefined ? {} : { graceSeconds }),
      })
      return carryOut(plan, loaded, client)
    }
    case 'ps':
      process.stdout.write(printServices(observed.containers, command.quiet))
      return 0
  }
}

function load(options: ProjectOptions): Promise<Loaded> {
  return loadProject({
    cwd: process.cwd(),
    home: os.homedir(),
    files: options.files,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.directory === undefined ? {} : { directory: options.directory }),
    ...(options.profiles.length > 0 ? { profiles: options.profiles } : {}),
    envFiles: options.envFiles,
    environment: process.env,
    read: readText,
  })
}

/** A file that is not there is no error here: the loader knows which ones must be. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new EngineError('invalid', `cannot read ${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** Ctrl-C lets what is under way finish, and leaves the rest to the next plan. */
async function carryOut(plan: Plan, { project }: Loaded, client: EngineClient): Promise<number> {
  for (const warning of plan.warnings) console.error(`warning: ${warning}`)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  await apply(plan.steps, {
    client,
    project,
    environment: process.env,
    read: (file) => readFile(file),
    signal: stop.signal,
    told: ({ kind, step }) => {
      if (kind !== 'begin')
        console.error(`${kind === 'done' ? 'done  ' : 'failed'}  ${describeAction(step.action)}`)
    },
  })
  return 0
}
