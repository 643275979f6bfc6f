/** `pull`, `push` and `build`: the images of services, without their containers. */

import type { Project, Service } from '../../../../engine/compose/load/project.ts'
import { Draft } from '../../../../engine/compose/plan/draft.ts'
import { imageOf } from '../../../../engine/compose/plan/identity.ts'
import { Images } from '../../../../engine/compose/plan/images.ts'
import { limitsOf } from '../../../../engine/compose/plan/limits.ts'
import { withDependencies } from '../../../../engine/compose/plan/order.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { accountFor } from '../../../services/images/docker-config.ts'
import { carryOut } from '../carry-out.ts'
import type { Call, Command } from '../command.ts'
import { interrupted } from '../terminal.ts'

export const pull: Command = {
  summary: 'Pull the images of services',
  usage:
    '[--ignore-buildable] [--ignore-pull-failures] [--include-deps] [--policy always|missing] [-q] [SERVICE...]',
  flags: {
    'ignore-buildable': { type: 'boolean' },
    'ignore-pull-failures': { type: 'boolean' },
    'include-deps': { type: 'boolean' },
    policy: { type: 'string' },
    quiet: { type: 'boolean', short: 'q' },
  },
  async run(call) {
    const { flags } = call
    const { project } = await call.loaded()
    const policy = flags.oneOf('policy', ['always', 'missing']) ?? 'always'
    const observed = await call.observed(project)
    const draft = new Draft(project, observed, {})
    const seen = new Set<string>()
    for (const service of chosen(call, project, flags.yes('include-deps'))) {
      const image = imageOf(project, service)
      // What is only ever built has nowhere to be pulled from.
      if (service.build && (service.image === undefined || flags.yes('ignore-buildable'))) continue
      if (seen.has(image) || (policy === 'missing' && observed.images.get(image))) continue
      seen.add(image)
      const ignore = flags.yes('ignore-pull-failures') || service.build !== undefined
      draft.steps.add(
        { kind: 'pull', service: service.name, image },
        [],
        ignore ? { kind: 'continue' } : undefined,
      )
      draft.changes.push({ kind: 'image', name: image, verb: 'pull', reasons: ['pull'] })
    }
    await carryOut(draft.plan, project, call, { quietPull: flags.yes('quiet') })
    return 0
  },
}

export const build: Command = {
  summary: 'Build the images of services',
  usage: '[--build-arg NAME=VALUE] [--no-cache] [--pull] [--push] [--with-dependencies] [-q] [SERVICE...]',
  flags: {
    'build-arg': { type: 'string', multiple: true },
    'no-cache': { type: 'boolean' },
    pull: { type: 'boolean' },
    push: { type: 'boolean' },
    quiet: { type: 'boolean', short: 'q' },
    'with-dependencies': { type: 'boolean' },
  },
  async run(call) {
    const { flags } = call
    const { project: loaded } = await call.loaded()
    const args = Object.fromEntries(
      flags.list('build-arg').map((entry) => {
        const at = entry.indexOf('=')
        return at === -1 ? [entry, null] : [entry.slice(0, at), entry.slice(at + 1)]
      }),
    )
    const services = Object.fromEntries(
      Object.entries(loaded.services).map(([name, service]) => [name, asked(service, args, flags)]),
    )
    const project = { ...loaded, services }
    const draft = new Draft(project, await call.observed(project), { build: 'always' })
    const images = new Images(draft)
    const buildable = chosen(call, project, flags.yes('with-dependencies')).filter((service) => service.build)
    if (buildable.length === 0) console.error('No services to build')
    for (const service of buildable) {
      images.of(service)
      draft.refusals.push(
        ...limitsOf(service, project, 'shared').refusals.filter((line) => line.includes('.build.')),
      )
    }
    await carryOut(draft.plan, project, call)
    if (flags.yes('push')) for (const service of buildable) await pushed(call, imageOf(project, service))
    return 0
  },
}

function asked(
  service: Service,
  args: Readonly<Record<string, string | null>>,
  flags: Call['flags'],
): Service {
  if (!service.build) return service
  return {
    ...service,
    build: {
      ...service.build,
      args: { ...service.build.args, ...args },
      ...(flags.yes('no-cache') ? { no_cache: true } : {}),
      ...(flags.yes('pull') ? { pull: true } : {}),
    },
  }
}

export const push: Command = {
  summary: 'Push the images of services that are built',
  usage: '[--ignore-push-failures] [--include-deps] [-q] [SERVICE...]',
  flags: {
    'ignore-push-failures': { type: 'boolean' },
    'include-deps': { type: 'boolean' },
    quiet: { type: 'boolean', short: 'q' },
  },
  async run(call) {
    const { flags } = call
    const { project } = await call.loaded()
    for (const service of chosen(call, project, flags.yes('include-deps'))) {
      if (!service.build || service.image === undefined) continue
      try {
        await pushed(call, service.image)
        if (!flags.yes('quiet')) console.error(` Image ${service.image}  Pushed`)
      } catch (error) {
        if (!flags.yes('ignore-push-failures')) throw error
        console.error(` Image ${service.image}  Warning  (${(error as Error).message})`)
      }
    }
    return 0
  },
}

async function pushed(call: Call, image: string): Promise<void> {
  const client = await call.client()
  const signal = interrupted()
  for await (const _ of client.images.push(image, { credentials: await accountFor(image), signal }));
}

function chosen(call: Call, project: Project, withDeps: boolean): readonly Service[] {
  for (const name of call.names) {
    if (!project.services[name]) throw new EngineError('not-found', `no such service: ${name}`)
  }
  const names = withDeps ? withDependencies(project.services, call.names) : new Set(call.names)
  return Object.values(project.services).filter(({ name }) => names.size === 0 || names.has(name))
}
