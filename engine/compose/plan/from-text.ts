/** For tests: plans of compose texts, against an engine that holds nothing, or what another text made of it. */
import type { ContainerInspect } from '../../api/container.ts'
import { loadProject } from '../load/load.ts'
import type { Project } from '../load/project.ts'
import { printChanges } from './change.ts'
import type { UpOptions } from './draft.ts'
import type { Observed } from './observed.ts'
import { describeAction, type Step } from './step.ts'
import { planUp } from './up.ts'

/** The project `p` of a text. */
export async function project(text: string): Promise<Project> {
  const options = { cwd: '/stack', home: '/root', name: 'p', environment: {} }
  return (
    await loadProject({
      ...options,
      read: async (file) => (file === '/stack/compose.yaml' ? text : undefined),
    })
  ).project
}

export const IMAGE = {
  id: 'sha256:aaaaaaaaaaaaaaaa',
  env: ['PATH=/bin'],
  labels: {},
  exposedPorts: [],
  volumes: [],
  healthcheck: false,
}
/** An engine that has the image `i`, and nothing else. */
export const NOTHING: Observed = {
  containers: [],
  networks: [],
  volumes: [],
  images: new Map([['i', IMAGE]]),
  disk: 'shared',
}

/** What an engine holds after the plan of `project` was carried out. */
export function settled(project: Project, images = NOTHING.images): Observed {
  const { steps } = planUp(project, { ...NOTHING, images })
  const containers = steps.flatMap(({ action }, index) => {
    if (action.kind !== 'create') return []
    const { body, name } = action.container
    const inspect = {
      Id: String(index).padStart(64, 'c'),
      Name: `/${name}`,
      Image: images.get(String(body.Image))?.id ?? '',
      State: { Status: 'running', Running: true },
      Config: {
        ...body,
        Env: ['PATH=/bin', ...(body.Env ?? [])],
        Labels: body.Labels ?? {},
        Cmd: body.Cmd ?? null,
        Entrypoint: body.Entrypoint ?? null,
      },
      HostConfig: body.HostConfig,
      NetworkSettings: { Networks: body.NetworkingConfig?.EndpointsConfig ?? {} },
      Mounts: (body.HostConfig?.Mounts ?? []).map(({ Type, Source, Target }) => ({
        Type,
        Name: Source,
        Destination: Target,
      })),
    }
    return [
      {
        service: action.service,
        number: action.number,
        oneoff: false,
        inspect: inspect as unknown as ContainerInspect,
      },
    ]
  })
  return {
    containers,
    networks: Object.values(project.networks).map(({ name }) => ({
      Name: name,
    })) as unknown as Observed['networks'],
    volumes: Object.values(project.volumes).map(({ name }) => ({
      Name: name,
    })) as unknown as Observed['volumes'],
    images: new Map([...images, [IMAGE.id, IMAGE]]),
    disk: 'shared',
  }
}

/** The changes from one file to another, without what is kept. */
export async function changes(before: string, now: string, options: UpOptions = {}): Promise<string> {
  const observed = settled(await project(before))
  const { changes } = planUp(await project(now), observed, options)
  return printChanges(changes.filter(({ verb }) => verb !== 'keep')).replaceAll(/ {2,}/g, ' | ')
}

/** Steps as text: what they wait for, their number, what they do. */
export function stepLines(steps: readonly Step[]): readonly string[] {
  return steps.map(({ number, after, action }) => `[${after}] ${number} ${describeAction(action)}`)
}

/** The steps from one text to another, ids left out of names. */
export async function stepsOf(
  before: string,
  now: string,
  options: UpOptions = {},
): Promise<readonly string[]> {
  const observed = before === '' ? NOTHING : settled(await project(before))
  const lines = stepLines(planUp(await project(now), observed, options).steps)
  return lines.map((line) => line.replaceAll(/\b[0-9c]{12}_/g, 'old_').replaceAll(/\b[0-9c]{12}\b/g, 'old'))
}

/** A text with one service `web` of these attributes. */
export const web = (attributes: string, more = ''): string =>
  `services: {web: {image: i, ${attributes}}}\n${more}`
