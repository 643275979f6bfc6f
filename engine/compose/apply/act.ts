/** One step of a plan as one call of the engine. */
import type { ContainerCreateRequest } from '../../api/container.ts'
import type { EngineClient } from '../../client/client.ts'
import { assertNever, EngineError, isEngineError } from '../../errors.ts'
import { texts } from '../plan/desired/amounts.ts'
import { resourceLabels } from '../plan/desired/labels.ts'
import type { Action } from '../plan/step.ts'
import type { ApplyOptions } from './apply.ts'
import { placeFiles } from './files.ts'
import { networkRequest } from './network-request.ts'
import { untilHealthy } from './until-healthy.ts'

/** The API that takes every network of a container at its creation. */
const SEVERAL_NETWORKS = 44

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
    case 'pull':
      for await (const _ of client.images.pull(action.image, { signal })) if (signal.aborted) return
      return
    case 'build':
      throw new EngineError(
        'not-implemented',
        `${action.image} must be built, and this engine builds no images yet: build it elsewhere, push it, and name it by image:`,
      )
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
    case 'remove-network':
      return orGone(client.networks.remove(action.name))
    case 'remove-volume':
      return orGone(client.volumes.remove(action.name, { force: false }))
    default:
      return assertNever(action, 'step of a plan')
  }
}

async function create(action: Extract<Action, { kind: 'create' }>, options: ApplyOptions): Promise<void> {
  const { client } = options
  const { body, name, files } = action.container
  const carried = action.inPlaceOf === null ? [] : await anonymousVolumes(client, action.inPlaceOf)
  const whole = withVolumes(body, carried)
  const endpoints = Object.entries(whole.NetworkingConfig?.EndpointsConfig ?? {})
  const [first, ...others] = endpoints
  const severalAtOnce = Number(client.capabilities.apiVersion.split('.')[1]) >= SEVERAL_NETWORKS
  const request =
    severalAtOnce || !first
      ? whole
      : { ...whole, NetworkingConfig: { EndpointsConfig: Object.fromEntries([first]) } }
  const { Id } = await client.containers.createWhole(request, name)
  try {
    if (!severalAtOnce) {
      for (const [network, endpoint] of others) await client.networks.connect(network, Id, endpoint ?? {})
    }
    await placeFiles(client, Id, files, options)
  } catch (error) {
    // Half a container is worse than none: the next plan would take it for the whole.
    await client.containers.remove(Id, { force: true, volumes: false }).catch(() => undefined)
    throw error
  }
}

/** Where the container that is replaced keeps what no file names. */
async function anonymousVolumes(
  client: EngineClient,
  id: string,
): Promise<readonly { readonly name: string; readonly at: string }[]> {
  const { Mounts } = await client.containers.inspect(id)
  return (Mounts ?? []).flatMap(({ Type, Name, Destination }) =>
    Type === 'volume' && Name !== undefined && /^[0-9a-f]{64}$/.test(Name)
      ? [{ name: Name, at: Destination }]
      : [],
  )
}

function withVolumes(
  body: ContainerCreateRequest,
  carried: readonly { readonly name: string; readonly at: string }[],
): ContainerCreateRequest {
  if (carried.length === 0) return body
  const taken = new Set(
    (body.HostConfig?.Mounts ?? []).flatMap(({ Target, Source }) => (Source === undefined ? [] : [Target])),
  )
  const kept = carried.filter(({ at }) => !taken.has(at))
  const mounts = (body.HostConfig?.Mounts ?? []).filter(({ Target }) => !kept.some(({ at }) => at === Target))
  const more = kept.map(({ name, at }) => ({ Type: 'volume', Source: name, Target: at, VolumeOptions: {} }))
  return { ...body, HostConfig: { ...body.HostConfig, Mounts: [...mounts, ...more] } }
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

/** What is gone already is what was wanted. */
async function orGone(removed: Promise<void>): Promise<void> {
  try {
    await removed
  } catch (error) {
    if (!isEngineError(error, 'not-found')) throw error
  }
}
