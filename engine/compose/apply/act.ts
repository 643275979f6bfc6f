/** One step of a plan as one call of the engine. */
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineClient } from '../../client/client.ts'
import { assertNever, EngineError, isEngineError } from '../../errors.ts'
import { texts } from '../plan/desired/amounts.ts'
import { resourceLabels } from '../plan/desired/labels.ts'
import type { Action } from '../plan/step.ts'
import type { ApplyOptions } from './apply.ts'
import { build } from './build.ts'
import { create } from './create.ts'
import { runHook } from './hook.ts'
import { networkRequest } from './network-request.ts'
import { restore } from './restore.ts'
import { untilHealthy, untilPassed } from './until-healthy.ts'

/** Does it. Throws `EngineError` that names the thing. */
export async function act(action: Action, options: ApplyOptions): Promise<void> {
  const { client, project, signal } = options
  switch (action.kind) {
    case 'create-network': {
      const network = project.networks[action.key]
      if (network)
        await client.networks.create(
          networkRequest(network, resourceLabels(project, 'network', action.key, '')),
        )
      return
    }
    case 'create-volume': {
      const volume = project.volumes[action.key]
      const labels = { ...texts(volume?.labels), ...resourceLabels(project, 'volume', action.key, '') }
      await client.volumes.create(action.name, labels, {
        ...(volume?.driver ? { name: volume.driver } : {}),
        ...(volume?.driver_opts ? { options: volume.driver_opts } : {}),
      })
      return
    }
    case 'pull': {
      const platform = project.services[action.service]?.platform
      const credentials = await options.account?.(action.image)
      for await (const _ of client.images.pull(tagged(action.image), { credentials, platform, signal }));
      return
    }
    case 'build':
      return build(action, options)
    case 'create':
      return create(action, options)
    case 'start':
      return client.containers.start(action.name)
    case 'stop':
      return client.containers.stop(action.id, action.graceSeconds ?? undefined)
    case 'restart':
      return client.containers.restart(action.id, action.graceSeconds ?? undefined)
    case 'pause':
      return client.containers.pause(action.id)
    case 'unpause':
      return client.containers.unpause(action.id)
    case 'kill':
      return client.containers.kill(action.id, action.signal)
    case 'remove':
      return orGone(client.containers.remove(action.id, { force: true, volumes: action.volumes }))
    case 'rename':
      return client.containers.rename(action.id, action.to)
    case 'wait':
      return wait(action, client, signal)
    case 'watch':
      return untilPassed(client, action.names, action.seconds, signal)
    case 'delay':
      return delay(action.seconds * 1000, undefined, { signal })
    case 'hook':
      return runHook(action, options)
    case 'restore':
      return restore(action, client)
    case 'remove-network':
      return orGone(client.networks.remove(action.name))
    case 'remove-image':
      return orGone(client.images.remove(action.name, { force: false }).then(() => undefined))
    case 'remove-volume':
      return orGone(client.volumes.remove(action.name, { force: false }))
    default:
      return assertNever(action, 'step of a plan')
  }
}

async function wait(
  { condition, names }: Extract<Action, { kind: 'wait' }>,
  client: EngineClient,
  signal: AbortSignal,
): Promise<void> {
  if (condition === 'healthy') return untilHealthy(client, names, signal)
  for (const name of names) {
    const code = await client.containers.wait(name, signal)
    if (code !== 0) {
      throw new EngineError(
        'conflict',
        `${name} ended with ${code}, and others wait for it to end well: see its log by docker logs ${name}`,
      )
    }
  }
}

/** An image without a tag is its latest: an engine would pull all of them. */
function tagged(image: string): string {
  return image.includes('@') || image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`
}

/** What is gone already is what was wanted. */
async function orGone(removed: Promise<void>): Promise<void> {
  try {
    await removed
  } catch (error) {
    if (!isEngineError(error, 'not-found')) throw error
  }
}
