/** `plan`, `up`, `create` and `scale`: what the files ask for, compared with what is there, and carried out. */
import type { Project } from '../../../../engine/compose/load/project.ts'
import { printChanges } from '../../../../engine/compose/plan/change.ts'
import type { UpOptions } from '../../../../engine/compose/plan/draft.ts'
import { withDependencies } from '../../../../engine/compose/plan/order.ts'
import { planUp } from '../../../../engine/compose/plan/up.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { carryOut } from '../carry-out.ts'
import type { Call, Command } from '../command.ts'
import type { Flags, FlagTable } from '../flags.ts'
import { foreground } from '../foreground.ts'
import { coloured } from './logs.ts'

const SHARED: FlagTable = {
  build: { type: 'boolean' },
  'force-recreate': { type: 'boolean' },
  'no-build': { type: 'boolean' },
  'no-recreate': { type: 'boolean' },
  pull: { type: 'string' },
  'quiet-pull': { type: 'boolean' },
  'remove-orphans': { type: 'boolean' },
  scale: { type: 'string', multiple: true },
  yes: { type: 'boolean', short: 'y' },
}

const UP: FlagTable = {
  ...SHARED,
  'abort-on-container-exit': { type: 'boolean' },
  'abort-on-container-failure': { type: 'boolean' },
  'always-recreate-deps': { type: 'boolean' },
  attach: { type: 'string', multiple: true },
  'attach-dependencies': { type: 'boolean' },
  detach: { type: 'boolean', short: 'd' },
  'exit-code-from': { type: 'string' },
  'no-attach': { type: 'string', multiple: true },
  'no-color': { type: 'boolean' },
  'no-deps': { type: 'boolean' },
  'no-log-prefix': { type: 'boolean' },
  'no-rollback': { type: 'boolean' },
  'no-start': { type: 'boolean' },
  'renew-anon-volumes': { type: 'boolean', short: 'V' },
  timeout: { type: 'string', short: 't' },
  timestamps: { type: 'boolean' },
  wait: { type: 'boolean' },
  'wait-timeout': { type: 'string' },
}

const SHARED_USAGE =
  '[--build|--no-build] [--force-recreate|--no-recreate] [--pull always|missing|never] [--quiet-pull] [--remove-orphans] [--scale SERVICE=N]'
const UP_USAGE = `${SHARED_USAGE} [--no-start] [--no-deps] [--always-recreate-deps] [-V] [-t SECONDS] [--no-rollback] [--wait] [--wait-timeout SECONDS] [--abort-on-container-exit] [--abort-on-container-failure] [--exit-code-from SERVICE] [--attach SERVICE] [--no-attach SERVICE] [--attach-dependencies] [--no-color] [--no-log-prefix] [--timestamps] [SERVICE...]`

/** What the flags ask of the plan. Throws `invalid`. */
function upOptions(flags: Flags, project: Project): UpOptions {
  flags.exclude('force-recreate', 'no-recreate')
  flags.exclude('build', 'no-build')
  flags.exclude('detach', 'abort-on-container-exit')
  const grace = flags.whole('timeout')
  const pull = flags.oneOf('pull', ['always', 'missing', 'never', 'policy', 'build'])
  const options: UpOptions = {
    services: flags.names,
    noDeps: flags.yes('no-deps'),
    recreate: flags.yes('force-recreate') ? 'always' : flags.yes('no-recreate') ? 'never' : 'changed',
    alwaysRecreateDeps: flags.yes('always-recreate-deps'),
    renewVolumes: flags.yes('renew-anon-volumes'),
    removeOrphans: flags.yes('remove-orphans'),
    start: !flags.yes('no-start'),
    rollback: !flags.yes('no-rollback'),
    wait: flags.yes('wait'),
    scale: Object.fromEntries(flags.list('scale').map(scaleOf)),
    ...(pull === 'always' || pull === 'missing' || pull === 'never' ? { pull } : {}),
    ...(flags.yes('build') ? { build: 'always' } : flags.yes('no-build') ? { build: 'never' } : {}),
    ...(grace === undefined ? {} : { graceSeconds: grace }),
  }
  for (const name of [...flags.names, ...Object.keys(options.scale ?? {})]) {
    if (!project.services[name]) throw new EngineError('not-found', `no such service: ${name}`)
  }
  return options
}

function scaleOf(entry: string): readonly [string, number] {
  const [, service = '', count = ''] = /^([^=]+)=(\d+)$/.exec(entry) ?? []
  if (service === '') throw new EngineError('invalid', `scale ${entry}: write SERVICE=NUMBER`)
  return [service, Number(count)]
}

/** A service that is named is there whatever its profiles (spec 15, Profiles). */
async function projectFor(call: Call, names: readonly string[]): Promise<Project> {
  const { project } = await call.loaded()
  const asked = names.flatMap((name) => {
    const service = project.disabled[name]
    return service ? [[name, service] as const] : []
  })
  return asked.length === 0
    ? project
    : { ...project, services: { ...project.services, ...Object.fromEntries(asked) } }
}

export const plan: Command = {
  summary: 'Print what up would do, each line with its reason',
  usage: UP_USAGE,
  flags: UP,
  async run(call) {
    const project = await projectFor(call, call.names)
    const made = planUp(project, await call.observed(project), upOptions(call.flags, project))
    for (const warning of made.warnings) console.error(`warning: ${warning}`)
    for (const refusal of made.refusals) console.error(`refused: ${refusal}`)
    console.log(printChanges(made.changes))
    return made.refusals.length > 0 ? 1 : 0
  },
}

export const up: Command = {
  summary: 'Make and start what the files ask for',
  usage: `[-d] ${UP_USAGE}`,
  flags: UP,
  async run(call) {
    const { flags } = call
    const project = await projectFor(call, call.names)
    const options = upOptions(flags, project)
    const bringUp = async (signal?: AbortSignal) =>
      carryOut(planUp(project, await call.observed(project), options), project, call, {
        ...(signal ? { signal } : {}),
        quietPull: flags.yes('quiet-pull'),
        up: options,
      })
    if (flags.yes('detach') || flags.yes('no-start') || flags.yes('wait') || call.options.dryRun) {
      const limit = flags.whole('wait-timeout')
      await bringUp(limit === undefined ? undefined : AbortSignal.timeout(limit * 1000))
      return 0
    }
    const codeFrom = flags.text('exit-code-from')
    if (codeFrom !== undefined && !project.services[codeFrom])
      throw new EngineError('not-found', `no such service: ${codeFrom}`)
    const services = options.noDeps ? new Set(call.names) : withDependencies(project.services, call.names)
    const exit = flags.yes('abort-on-container-exit') || codeFrom !== undefined
    return foreground(call, {
      project,
      services,
      shown: shownOf(flags, project, services),
      abortOn: exit ? 'exit' : flags.yes('abort-on-container-failure') ? 'failure' : undefined,
      codeFrom,
      graceSeconds: options.graceSeconds,
      colour: coloured(call) && !flags.yes('no-color'),
      prefix: !flags.yes('no-log-prefix'),
      timestamps: flags.yes('timestamps'),
      bringUp,
    })
  },
}

/** Whose logs are shown: of those that were named, but not of what they depend on, unless told. */
function shownOf(flags: Flags, project: Project, services: ReadonlySet<string>): ReadonlySet<string> {
  const attach = flags.list('attach')
  const hidden = flags.list('no-attach')
  const named = flags.names.length > 0 && !flags.yes('attach-dependencies') ? new Set(flags.names) : services
  const chosen = attach.length > 0 ? attach : [...named]
  return new Set(
    chosen.filter(
      (name) => !hidden.includes(name) && (attach.length > 0 || project.services[name]?.attach !== false),
    ),
  )
}

export const create: Command = {
  summary: 'Make containers without starting them',
  usage: `${SHARED_USAGE} [SERVICE...]`,
  flags: SHARED,
  async run(call) {
    const project = await projectFor(call, call.names)
    const options = { ...upOptions(call.flags, project), start: false }
    const made = planUp(project, await call.observed(project), options)
    await carryOut(made, project, call, { up: options, quietPull: call.flags.yes('quiet-pull') })
    return 0
  },
}

export const scale: Command = {
  summary: 'Have as many containers of a service as you say',
  usage: '[--no-deps] SERVICE=NUMBER...',
  flags: { 'no-deps': { type: 'boolean' } },
  async run(call) {
    const counts = Object.fromEntries(call.names.map(scaleOf))
    const names = Object.keys(counts)
    if (names.length === 0) throw new EngineError('invalid', 'scale needs SERVICE=NUMBER')
    const project = await projectFor(call, names)
    for (const name of names) {
      if (!project.services[name]) throw new EngineError('not-found', `no such service: ${name}`)
    }
    const options: UpOptions = {
      services: names,
      scale: counts,
      noDeps: call.flags.yes('no-deps'),
      recreate: 'never',
    }
    await carryOut(planUp(project, await call.observed(project), options), project, call, { up: options })
    return 0
  },
}
