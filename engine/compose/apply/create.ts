/** Makes a container with all its networks and files. Until all of it is there it has a name that says so. */
import type { ContainerCreateRequest } from '../../api/container.ts'
import type { EngineClient } from '../../client/client.ts'
import { isEngineError } from '../../errors.ts'
import type { Action } from '../plan/step.ts'
import { UNFINISHED } from '../plan/up.ts'
import type { ApplyOptions } from './apply.ts'
import { placeFiles } from './files.ts'

/** The API that takes every network of a container at its creation. */
const SEVERAL_NETWORKS = 44

type Volume = { readonly name: string; readonly at: string }

/** Makes it. Throws `EngineError`; nothing of it is left then. */
export async function create(
  action: Extract<Action, { kind: 'create' }>,
  options: ApplyOptions,
): Promise<void> {
  const { client } = options
  const { body, name, files } = action.container
  const carried = action.inPlaceOf === null ? [] : await anonymousVolumes(client, action.inPlaceOf)
  const whole = withVolumes(body, carried)
  const [first, ...others] = Object.entries(whole.NetworkingConfig?.EndpointsConfig ?? {})
  const severalAtOnce = Number(client.capabilities.apiVersion.split('.')[1]) >= SEVERAL_NETWORKS
  const later = severalAtOnce ? [] : others
  const request =
    later.length === 0 || !first
      ? whole
      : { ...whole, NetworkingConfig: { EndpointsConfig: Object.fromEntries([first]) } }
  // Who is killed between two calls leaves half a container, which the next plan must not take for the whole.
  const inSteps = later.length > 0 || files.length > 0
  const Id = inSteps
    ? await createUnfinished(client, request, name)
    : (await client.containers.createWhole(request, name)).Id
  try {
    for (const [network, endpoint] of later) await client.networks.connect(network, Id, endpoint ?? {})
    await placeFiles(client, Id, files, options)
    if (inSteps) await client.containers.rename(Id, name)
  } catch (error) {
    await client.containers.remove(Id, { force: true, volumes: false }).catch(() => undefined)
    throw error
  }
}

/** An engine may still have been at it when whoever asked was killed: what is half is nobody's. */
async function createUnfinished(
  client: EngineClient,
  request: ContainerCreateRequest,
  name: string,
): Promise<string> {
  const temporary = `${name}${UNFINISHED}`
  try {
    return (await client.containers.createWhole(request, temporary)).Id
  } catch (error) {
    if (!isEngineError(error, 'conflict')) throw error
    await client.containers.remove(temporary, { force: true, volumes: false })
    return (await client.containers.createWhole(request, temporary)).Id
  }
}

/** Where the container that is replaced keeps what no file names. */
async function anonymousVolumes(client: EngineClient, id: string): Promise<readonly Volume[]> {
  try {
    const { Mounts } = await client.containers.inspect(id)
    return (Mounts ?? []).flatMap(({ Type, Name, Destination }) =>
      Type === 'volume' && Name !== undefined && /^[0-9a-f]{64}$/.test(Name)
        ? [{ name: Name, at: Destination }]
        : [],
    )
  } catch (error) {
    if (isEngineError(error, 'not-found')) return []
    throw error
  }
}

function withVolumes(body: ContainerCreateRequest, carried: readonly Volume[]): ContainerCreateRequest {
  if (carried.length === 0) return body
  const taken = new Set([
    ...(body.HostConfig?.Mounts ?? []).flatMap(({ Target, Source }) =>
      Source === undefined ? [] : [Target],
    ),
    ...(body.HostConfig?.Binds ?? []).map((bind) => bind.split(':')[1] ?? ''),
    ...Object.keys(body.HostConfig?.Tmpfs ?? {}),
  ])
  const kept = carried.filter(({ at }) => !taken.has(at))
  const mounts = (body.HostConfig?.Mounts ?? []).filter(({ Target }) => !kept.some(({ at }) => at === Target))
  const more = kept.map(({ name, at }) => ({ Type: 'volume', Source: name, Target: at, VolumeOptions: {} }))
  return { ...body, HostConfig: { ...body.HostConfig, Mounts: [...mounts, ...more] } }
}
