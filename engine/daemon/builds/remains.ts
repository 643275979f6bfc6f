/**
 * What failed steps left, for a shell in it: kept as a record of the build cache, which is listed and pruned like any
 * other, and made a container when somebody asks.
 */
import type { ContainerCreateRequest, ContainerCreateResponse } from '../../api/container.ts'
import type { CacheMounts } from '../../builder/perform/cache-mounts.ts'
import type { ExecOperation, Step } from '../../builder/plan/step.ts'
import type { Cache } from '../../builder/solve/cache.ts'
import type { CommandFailed } from '../../builder/solve/performer.ts'
import { EngineError } from '../../errors.ts'
import { hostPlatform } from '../../oci/platform.ts'
import type { ImageRecords, Store } from '../../store/store.ts'
import type { Images } from '../images/images.ts'

/** What a shell needs to know of the command that failed. */
interface Setting {
  readonly shell: string
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: string
  /** Caches of RUN: id and place. */
  readonly caches: readonly (readonly [id: string, target: string])[]
}

const FACT = 'setting'

/** Keeps what a step of a build left; nothing when it could not be kept. */
export function keepRemains(cache: Cache, build: string, step: Step, failed: CommandFailed): void {
  const { remains } = failed
  if (remains === null || step.operation.kind !== 'exec') return
  const key = keyOf(build, step.id)
  cache.save({
    ...{ keys: [key], diffIds: remains.diffIds, inputs: [], parentKeys: [], type: 'regular' },
    ...{ addedBytes: remains.addedBytes, description: `what ${step.name} left when it failed` },
  })
  cache.keepSlot(key, key, [{ name: FACT, value: JSON.stringify(settingOf(step.operation)) }])
}

/** Parts that make a container. */
export interface ShellParts {
  readonly cache: Cache
  readonly store: Store
  readonly records: ImageRecords
  readonly images: Pick<Images, 'remove'>
  readonly mounts: Pick<CacheMounts, 'list' | 'look'>
  readonly create: (request: ContainerCreateRequest) => Promise<ContainerCreateResponse>
}

/**
 * Makes a container of what a step left, with a shell, its variables, folder, user and caches; without its secrets,
 * agents and what it mounted of elsewhere. Throws `not-found` when nothing is left.
 */
export async function shellInRemains(parts: ShellParts, build: string, step: string): Promise<string> {
  const { cache, store, images } = parts
  const key = keyOf(build, step)
  const record = cache.find(key)
  const fact = cache.slot(key)?.find(({ name }) => name === FACT)
  if (!record || !fact)
    throw new EngineError(
      'not-found',
      `nothing is left of step ${step} of build ${build}: only a command that failed leaves something, until the build cache is pruned`,
    )
  cache.touch(record.id)
  const setting = JSON.parse(fact.value) as Setting
  const { describeLayers } = await import('../../builder/export/layers.ts')
  const { addLocalImage } = await import('../images/local-image.ts')
  return await store.holding(async () => {
    const created = new Date().toISOString()
    const rootfs = { type: 'layers', diff_ids: record.diffIds } as const
    const config = { ...hostPlatform(), created, config: {}, rootfs, history: [] }
    const image = await addLocalImage(
      store,
      config,
      await describeLayers(store, parts.records, record.diffIds),
      [],
    )
    try {
      const { Id } = await parts.create({
        ...{ Image: image.id, Entrypoint: [setting.shell], Cmd: [], Env: setting.env },
        ...{ WorkingDir: setting.cwd, User: setting.user, Tty: true, OpenStdin: true },
        Labels: { 'longshore.build': build, 'longshore.build.step': step },
        HostConfig: { Binds: await bindsOf(parts.mounts, setting) },
      })
      return Id
    } finally {
      // The container has the layers by itself; an image without a name would outlive it.
      await images.remove(image.id, { force: true })
    }
  })
}

function keyOf(build: string, step: string): string {
  return `remains ${build} ${step}`
}

function settingOf({ args, env, cwd, user, mounts }: ExecOperation): Setting {
  return {
    ...{ env, cwd, user },
    shell: args[1] === '-c' && args[0] !== undefined ? args[0] : '/bin/sh',
    caches: mounts.flatMap((mount) => (mount.type === 'cache' ? [[mount.id, mount.target] as const] : [])),
  }
}

async function bindsOf(mounts: ShellParts['mounts'], { caches }: Setting): Promise<readonly string[]> {
  const known = await mounts.list()
  const places = caches.map(async ([id, target]) => {
    const found = known.find((each) => each.id === id)
    if (!found) return []
    const { path, release } = await mounts.look(found.name)
    await release()
    return [`${path}:${target}`]
  })
  return (await Promise.all(places)).flat()
}
