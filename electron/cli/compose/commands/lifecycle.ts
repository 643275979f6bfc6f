/** `start`, `stop`, `restart`, `pause`, `unpause`, `kill`: what is done to containers that are there. */
import { dependenciesOf, select } from '../../../../engine/compose/operate/select.ts'
import { type LifecycleRequest, planLifecycle } from '../../../../engine/compose/plan/lifecycle.ts'
import type { ObservedContainer } from '../../../../engine/compose/plan/observed.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { carryOut } from '../carry-out.ts'
import { bareProject, type Call, type Command } from '../command.ts'
import type { FlagTable } from '../flags.ts'

const TIMEOUT: FlagTable = { timeout: { type: 'string', short: 't' } }

/** Does it to the containers of the named services, `also` among them. */
async function act(
  call: Call,
  request: LifecycleRequest,
  choose: (containers: readonly ObservedContainer[]) => readonly ObservedContainer[] = (all) => all,
): Promise<number> {
  const [containers, { name, project }] = await Promise.all([call.containers(), call.known()])
  const chosen = choose(select(containers, { services: call.names }, project))
  const plan = planLifecycle(request, chosen, dependenciesOf(containers, project), project)
  await carryOut(plan, project ?? bareProject(name), call)
  return 0
}

export const start: Command = {
  summary: 'Start containers that stand still',
  usage: '[SERVICE...]',
  flags: {},
  run: (call) =>
    act(call, { kind: 'start' }, (chosen) => {
      for (const name of call.names) {
        if (!chosen.some(({ service }) => service === name))
          throw new EngineError('not-found', `service "${name}" has no container to start`)
      }
      return chosen
    }),
}

export const stop: Command = {
  summary: 'Stop containers, the dependents first',
  usage: '[-t SECONDS] [SERVICE...]',
  flags: TIMEOUT,
  run: (call) => act(call, { kind: 'stop', graceSeconds: call.flags.whole('timeout') }),
}

export const restart: Command = {
  summary: 'Restart containers, and dependents that ask for it',
  usage: '[-t SECONDS] [--no-deps] [SERVICE...]',
  flags: { ...TIMEOUT, 'no-deps': { type: 'boolean' } },
  async run(call) {
    const [containers, { name, project }] = await Promise.all([call.containers(), call.known()])
    select(containers, { services: call.names }, project)
    const wanted = new Set(call.names)
    // depends_on.restart: a dependent is restarted with what it depends on (spec 05, depends_on).
    if (!call.flags.yes('no-deps') && wanted.size > 0) {
      for (const { name: other, depends_on: on } of Object.values(project?.services ?? {})) {
        if (call.names.some((service) => on?.[service]?.restart)) wanted.add(other)
      }
    }
    const plan = planLifecycle(
      { kind: 'restart', graceSeconds: call.flags.whole('timeout') },
      select(containers, { services: [] }).filter(({ service }) => wanted.size === 0 || wanted.has(service)),
      dependenciesOf(containers, project),
      project,
    )
    await carryOut(plan, project ?? bareProject(name), call)
    return 0
  },
}

export const pause: Command = {
  summary: 'Freeze containers',
  usage: '[SERVICE...]',
  flags: {},
  run: (call) => act(call, { kind: 'pause' }),
}

export const unpause: Command = {
  summary: 'Let frozen containers go on',
  usage: '[SERVICE...]',
  flags: {},
  run: (call) => act(call, { kind: 'unpause' }),
}

export const kill: Command = {
  summary: 'Send a signal, SIGKILL unless named',
  usage: '[-s SIGNAL] [SERVICE...]',
  flags: { signal: { type: 'string', short: 's' } },
  run: (call) => act(call, { kind: 'kill', signal: call.flags.text('signal') ?? 'SIGKILL' }),
}
