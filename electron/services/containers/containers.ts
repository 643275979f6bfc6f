/** What a person does with containers. */
import type { EngineClient } from '../../../engine/client/client.ts'
import { isEngineError } from '../../../engine/errors.ts'
import type { ContainerDetail, RunHints, RunInput } from '../../contract/containers.ts'
import type { Done } from '../../contract/live.ts'
import type { Engines } from '../engines/engines.ts'
import { explained } from '../failure.ts'
import type { Images } from '../images/images.ts'
import { shortName } from '../images/reference.ts'
import type { CommandLog } from '../settings/command-log.ts'
import type { RemovalPlan } from './detail.ts'
import { detailOf, removalPlan } from './detail.ts'
import { freePortFrom } from './ports.ts'
import { createBody, dockerRunLine, withoutSecrets } from './preview.ts'
import { line } from './words.ts'

export class Containers {
  readonly #engines: Engines
  readonly #images: Images
  readonly #log: CommandLog

  constructor(engines: Engines, images: Images, log: CommandLog) {
    this.#engines = engines
    this.#images = images
    this.#log = log
  }

  async detail(engineId: string, id: string): Promise<ContainerDetail> {
    const { client } = this.#engines.get(engineId)
    return explained('read the container', async () => detailOf(await client.containers.inspect(id)))
  }

  /** Creates, pulling first when the image is not there, and starts. What cannot start is taken away again. */
  async run(input: RunInput): Promise<Done & { readonly id: string }> {
    const { client } = this.#engines.get(input.engine)
    const command = dockerRunLine(input)
    return this.#log.note(input.engine, dockerRunLine(withoutSecrets(input)), () =>
      explained(`run ${input.name || input.image}`, async () => {
        const created = await this.#create(client, input)
        if (input.start) await startOrRemove(client, created.Id)
        return { command, warnings: created.Warnings ?? [], id: created.Id }
      }),
    )
  }

  async start(engineId: string, id: string): Promise<Done> {
    return this.#act(engineId, id, 'start', ['start'], (client) => client.containers.start(id))
  }

  async stop(engineId: string, id: string, graceSeconds: number | undefined): Promise<Done> {
    const words = ['stop', ...(graceSeconds === undefined ? [] : ['-t', String(graceSeconds)])]
    return this.#act(engineId, id, 'stop', words, (client) => client.containers.stop(id, graceSeconds))
  }

  async restart(engineId: string, id: string): Promise<Done> {
    return this.#act(engineId, id, 'restart', ['restart'], (client) => client.containers.restart(id))
  }

  async kill(engineId: string, id: string, signal: string): Promise<Done> {
    return this.#act(engineId, id, 'kill', ['kill', '-s', signal], (client) =>
      client.containers.kill(id, signal),
    )
  }

  async pause(engineId: string, id: string): Promise<Done> {
    return this.#act(engineId, id, 'pause', ['pause'], (client) => client.containers.pause(id))
  }

  async unpause(engineId: string, id: string): Promise<Done> {
    return this.#act(engineId, id, 'resume', ['unpause'], (client) => client.containers.unpause(id))
  }

  async rename(engineId: string, id: string, name: string): Promise<Done> {
    const old = this.#nameOf(engineId, id)
    const { client } = this.#engines.get(engineId)
    return this.#note(engineId, `rename ${old} to ${name}`, line(['docker', 'rename', old, name]), () =>
      client.containers.rename(id, name),
    )
  }

  async remove(
    engineId: string,
    id: string,
    options: { readonly force: boolean; readonly volumes: boolean },
  ): Promise<Done> {
    const words = ['rm', ...(options.force ? ['-f'] : []), ...(options.volumes ? ['-v'] : [])]
    return this.#act(engineId, id, 'remove', words, (client) => client.containers.remove(id, options))
  }

  async removalPlan(engineId: string, id: string): Promise<RemovalPlan> {
    const engine = this.#engines.get(engineId)
    return explained('read the container', async () =>
      removalPlan(
        await engine.client.containers.inspect(id),
        (volume) => engine.objects.volumes.rows.get(volume)?.anonymous ?? /^[0-9a-f]{64}$/.test(volume),
      ),
    )
  }

  /** What the image wants, to prefill the form; an image that is not here wants nothing yet. */
  async runHints(engineId: string, image: string): Promise<RunHints> {
    const engine = this.#engines.get(engineId)
    const suggestedName = this.#freeName(engineId, shortName(image))
    const nothing = { ports: [], volumes: [], environment: [], suggestedName }
    if (image.trim() === '') return { local: false, imageSizeBytes: null, ...nothing }
    try {
      const inspect = await engine.client.images.inspect(image)
      const taken = new Set<number>()
      const ports: RunHints['ports'][number][] = []
      for (const key of Object.keys(inspect.Config?.ExposedPorts ?? {})) {
        const [port, word] = key.split('/')
        const protocol = word === 'udp' ? 'udp' : 'tcp'
        const containerPort = Number(port)
        let from = containerPort < 1024 ? containerPort + 8000 : containerPort
        while (taken.has(from)) from += 1
        const freeHostPort = await freePortFrom(engine, from, { hostIp: '', protocol })
        if (freeHostPort !== null) taken.add(freeHostPort)
        ports.push({ containerPort, protocol, freeHostPort })
      }
      return {
        local: true,
        imageSizeBytes: inspect.Size,
        ports,
        volumes: Object.keys(inspect.Config?.Volumes ?? {}),
        environment: inspect.Config?.Env ?? [],
        suggestedName,
      }
    } catch (error) {
      if (isEngineError(error, 'not-found') || isEngineError(error, 'invalid')) {
        return { local: false, imageSizeBytes: null, ...nothing }
      }
      throw error
    }
  }

  async #create(
    client: EngineClient,
    input: RunInput,
  ): Promise<{ Id: string; Warnings: readonly string[] | null }> {
    const body = createBody(input)
    const name = input.name || undefined
    try {
      return await client.containers.create(body, name)
    } catch (error) {
      if (!isEngineError(error, 'not-found') || !/image|manifest/i.test(error.message)) throw error
      await this.#images.pull(input.engine, input.image).done
      return client.containers.create(body, name)
    }
  }

  #act(
    engineId: string,
    id: string,
    verb: string,
    words: readonly string[],
    act: (client: EngineClient) => Promise<void>,
  ): Promise<Done> {
    const { client } = this.#engines.get(engineId)
    const name = this.#nameOf(engineId, id)
    return this.#note(engineId, `${verb} ${name}`, line(['docker', ...words, name]), () => act(client))
  }

  async #note(engineId: string, what: string, command: string, act: () => Promise<void>): Promise<Done> {
    await this.#log.note(engineId, command, () => explained(what, act))
    return { command, warnings: [] }
  }

  #nameOf(engineId: string, id: string): string {
    return this.#engines.get(engineId).objects.containers.rows.get(id)?.name ?? id.slice(0, 12)
  }

  #freeName(engineId: string, wish: string): string {
    const base = wish.replaceAll(/[^a-zA-Z0-9_.-]+/g, '-').replace(/^[^a-zA-Z0-9]+/, '') || 'app'
    const names = new Set(
      [...this.#engines.get(engineId).objects.containers.rows.values()].map((row) => row.name),
    )
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base}-${n}`
      if (!names.has(name)) return name
    }
  }
}

/** A container that never ran would only stand in the way of the next try: it has the name. */
async function startOrRemove(client: EngineClient, id: string): Promise<void> {
  try {
    await client.containers.start(id)
  } catch (error) {
    await client.containers.remove(id, { force: true, volumes: true }).catch(() => {}) // the first failure counts
    throw error
  }
}
