/** `plan`, `up` and `create`: what the files ask for, compared with what is there, and carried out. */
import { printChanges } from '../../../../engine/compose/plan/change.ts'
import type { UpOptions } from '../../../../engine/compose/plan/draft.ts'
import { planUp } from '../../../../engine/compose/plan/up.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { carryOut } from '../carry-out.ts'
import type { Command } from '../command.ts'
import type { Flags, FlagTable } from '../flags.ts'

const SHARED: FlagTable = {
  'force-recreate': { type: 'boolean' },
  'no-recreate': { type: 'boolean' },
  'remove-orphans': { type: 'boolean' },
  scale: { type: 'string', multiple: true },
}

const UP: FlagTable = {
  ...SHARED,
  detach: { type: 'boolean', short: 'd' },
  'no-start': { type: 'boolean' },
}

/** What the flags ask of the plan. Throws `invalid`. */
function upOptions(flags: Flags): UpOptions {
  flags.exclude('force-recreate', 'no-recreate')
  return {
    services: flags.names,
    recreate: flags.yes('force-recreate') ? 'always' : flags.yes('no-recreate') ? 'never' : 'changed',
    removeOrphans: flags.yes('remove-orphans'),
    start: !flags.yes('no-start'),
    scale: Object.fromEntries(flags.list('scale').map(scaleOf)),
  }
}

function scaleOf(entry: string): readonly [string, number] {
  const [, service = '', count = ''] = /^([^=]+)=(\d+)$/.exec(entry) ?? []
  if (service === '') throw new EngineError('invalid', `--scale ${entry}: write SERVICE=NUMBER`)
  return [service, Number(count)]
}

export const plan: Command = {
  summary: 'Print what up would do, each line with its reason',
  usage: '[the flags of up] [SERVICE...]',
  flags: UP,
  async run(call) {
    const { project } = await call.loaded()
    const { changes, warnings } = planUp(project, await call.observed(project), upOptions(call.flags))
    for (const warning of warnings) console.error(`warning: ${warning}`)
    console.log(printChanges(changes))
    return 0
  },
}

export const up: Command = {
  summary: 'Make and start what the files ask for',
  usage:
    '-d [--force-recreate|--no-recreate] [--no-start] [--remove-orphans] [--scale SERVICE=N] [SERVICE...]',
  flags: UP,
  async run(call) {
    if (!call.flags.yes('detach') && !call.flags.yes('no-start'))
      throw new EngineError('invalid', 'up shows no logs yet: write up -d')
    const { project } = await call.loaded()
    await carryOut(planUp(project, await call.observed(project), upOptions(call.flags)), project, call)
    return 0
  },
}

export const create: Command = {
  summary: 'Make containers without starting them',
  usage: '[--force-recreate|--no-recreate] [--remove-orphans] [--scale SERVICE=N] [SERVICE...]',
  flags: SHARED,
  async run(call) {
    const { project } = await call.loaded()
    const options = { ...upOptions(call.flags), start: false }
    await carryOut(planUp(project, await call.observed(project), options), project, call)
    return 0
  },
}
