/** Reads what an engine holds of a project, once: the plan then needs no further call. */
import type { ContainerInspect } from '../api/container.ts'
import type { EngineClient } from '../client/client.ts'
import { isEngineError } from '../errors.ts'
import type { Project } from './load/project.ts'
import { LABEL } from './plan/desired/labels.ts'
import { imageOf } from './plan/identity.ts'
import type { DiskSight, Observed, ObservedContainer, ObservedImage } from './plan/observed.ts'

/** How many inspects are under way at once. */
const AT_ONCE = 16

/** Observes. A container that goes away meanwhile is not there. */
export async function observe(client: EngineClient, project: Project, disk: DiskSight): Promise<Observed> {
  const [containers, networks, volumes] = await Promise.all([
    observeContainers(client, project.name),
    client.networks.list(),
    client.volumes.list(),
  ])
  const names = new Set(Object.values(project.services).map((service) => imageOf(project, service)))
  for (const { inspect } of containers) names.add(inspect.Image)
  const images = new Map<string, ObservedImage | null>()
  await eachAtOnce([...names], async (name) => void images.set(name, await observeImage(client, name)))
  return {
    containers,
    networks,
    volumes,
    images,
    disk,
  }
}

/** Every container of a project, one-off ones included, by name. */
export async function observeContainers(
  client: EngineClient,
  project: string,
): Promise<readonly ObservedContainer[]> {
  const rows = await client.containers.list({ label: [`${LABEL.project}=${project}`] })
  const found: ObservedContainer[] = []
  await eachAtOnce(rows, async ({ Id }) => {
    const container = await observeContainer(client, Id)
    if (container) found.push(container)
  })
  return found.toSorted((a, b) => (a.inspect.Name < b.inspect.Name ? -1 : 1))
}

/** One container; undefined when it is gone, or no service's. */
export async function observeContainer(
  client: EngineClient,
  id: string,
): Promise<ObservedContainer | undefined> {
  const inspect = await orNothing(client.containers.inspect(id))
  const labels = inspect?.Config.Labels
  const service = labels?.[LABEL.service]
  if (!inspect || service === undefined) return undefined
  return {
    service,
    number: Number(labels?.[LABEL.number] ?? 1),
    oneoff: labels?.[LABEL.oneoff]?.toLowerCase() === 'true',
    // The client names what the application reads; the answer is Docker's, whole.
    inspect: inspect as unknown as ContainerInspect,
  }
}

async function observeImage(client: EngineClient, name: string): Promise<ObservedImage | null> {
  const image = await orNothing(client.images.inspect(name))
  if (!image) return null
  const config = (image.Config ?? {}) as {
    readonly Env?: readonly string[] | null
    readonly Labels?: Readonly<Record<string, string>> | null
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
    readonly Volumes?: Readonly<Record<string, unknown>> | null
    readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null
  }
  return {
    id: image.Id,
    env: config.Env ?? [],
    labels: config.Labels ?? {},
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    volumes: Object.keys(config.Volumes ?? {}),
    healthcheck: (config.Healthcheck?.Test ?? []).length > 0 && config.Healthcheck?.Test?.[0] !== 'NONE',
  }
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isEngineError(error, 'not-found')) return undefined
    throw error
  }
}

async function eachAtOnce<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await each(item)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker))
}
