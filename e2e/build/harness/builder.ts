/** An engine that builds, with the few steps that every test of building begins with. */
import type { EngineAddress, EngineName } from '../../fixtures/engine.ts'
import { Client } from '../../fixtures/http.ts'
import { type Context, makeContext } from './context.ts'
import { type Door, doorOf, runBuild } from './doors.ts'
import { type Built, readImage } from './image.ts'
import type { BuildSpec, Files } from './spec.ts'

/** How a build ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The name that the image was given: `case-3:latest`. */
  readonly name: string
  /** Seconds since 1970 when it began. */
  readonly began: number
}

let count = 0

export class Builder {
  readonly engine: EngineAddress
  readonly door: Door
  readonly api: Client
  /** Of every door to the engine: whoever cleans up cleans up all of them. */
  #contexts: Context[] = []

  constructor(engine: EngineAddress, door: Door = doorOf(engine.name)) {
    this.engine = engine
    this.door = door
    this.api = new Client(engine.socket)
  }

  get name(): EngineName {
    return this.engine.name
  }

  /** The same engine by another door. */
  through(door: Door): Builder {
    const other = new Builder(this.engine, door)
    other.#contexts = this.#contexts
    return other
  }

  /** A new folder with these files, removed after the test. */
  async context(files: Files): Promise<Context> {
    const context = await makeContext(files)
    this.#contexts.push(context)
    return context
  }

  /** Builds; `context` may be one that an earlier build of the test used. */
  async run(spec: BuildSpec, context?: Context): Promise<Outcome & { readonly context: Context }> {
    const files = { ...(spec.dockerfile === undefined ? {} : { Dockerfile: spec.dockerfile }), ...spec.files }
    const folder = context ?? (await this.context({}))
    await folder.put(files)
    const name = `case-${++count}:latest`
    const began = Date.now() / 1000
    const { code, stdout, stderr } = await runBuild(this.door, this.engine.socket, folder, spec, name)
    return { code, stdout, stderr, name, began, context: folder }
  }

  /** A build that must succeed, and its image. */
  async build(
    spec: BuildSpec,
    context?: Context,
  ): Promise<Built & { readonly outcome: Outcome & { readonly context: Context } }> {
    const outcome = await this.run(spec, context)
    if (outcome.code !== 0) throw new Error(`the build on ${this.name} ended with ${said(outcome)}`)
    return { ...(await readImage(this.engine.socket, outcome.name)), outcome }
  }

  /** A build that must fail; gives everything it said. */
  async fail(spec: BuildSpec, context?: Context): Promise<string> {
    const outcome = await this.run(spec, context)
    if (outcome.code === 0) throw new Error(`the build on ${this.name} did not fail: ${said(outcome)}`)
    return outcome.stdout + outcome.stderr
  }

  image(name: string): Promise<Built> {
    return readImage(this.engine.socket, name)
  }

  /** Runs a command in an image; gives its code and what it wrote to both streams. */
  async exec(image: string, command: readonly string[]): Promise<{ code: number; output: string }> {
    const body = { Image: image, Entrypoint: command.slice(0, 1), Cmd: command.slice(1), Tty: true }
    const made = await this.api.post('/containers/create', body)
    if (made.status !== 201) throw new Error(`creating of ${image} answered ${made.status}: ${made.text}`)
    const { Id } = made.json<{ Id: string }>()
    const started = await this.api.post(`/containers/${Id}/start`)
    if (started.status !== 204)
      throw new Error(`starting ${image} answered ${started.status}: ${started.text}`)
    const { StatusCode } = (await this.api.post(`/containers/${Id}/wait`)).json<{ StatusCode: number }>()
    const output = (await this.api.get(`/containers/${Id}/logs?stdout=1&stderr=1`)).text.replaceAll('\r', '')
    await this.api.delete(`/containers/${Id}?force=1&v=1`)
    return { code: StatusCode, output }
  }

  /** Removes what the test made on disk. */
  cleanUp(): void {
    for (const context of this.#contexts.splice(0)) context.remove()
  }
}

function said({ code, stdout, stderr }: Outcome): string {
  return `${code}:\n${stderr.slice(-6000)}${stdout.slice(-2000)}`
}
