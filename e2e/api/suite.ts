/** Runs the same tests on each engine, removes what each test made, and asks `verify` after it. */
import { afterAll, afterEach, beforeEach, describe, expect, inject } from 'vitest'
import { verify } from '../fixtures/embedded.ts'
import { verifyRootless } from '../fixtures/embedded-rootless.ts'
import { type EngineAddress, type EngineName, removeEverything } from '../fixtures/engine.ts'
import { type Answer, Client } from '../fixtures/http.ts'
import { IMAGES } from '../fixtures/images.ts'
import { until } from '../fixtures/processes.ts'
import { caseName, difference } from './differences/differences.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The case as the matrix of engines names it. */
    caseName?: string
    engine?: string
    /** Why the case is expected to fail on this engine. */
    differs?: string
  }
}

/** Fields of a container's inspect that the tests read. */
export interface Inspected {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly Path: string
  readonly Args: string[]
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Paused: boolean
    readonly Restarting: boolean
    readonly OOMKilled: boolean
    readonly Dead: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Error: string
    readonly StartedAt: string
    readonly FinishedAt: string
  }
  readonly Config: Readonly<Record<string, unknown>>
  readonly HostConfig: Readonly<Record<string, unknown>>
  readonly Mounts: readonly {
    readonly Type: string
    readonly Name?: string
    readonly Source: string
    readonly Destination: string
    readonly Mode: string
    readonly RW: boolean
    readonly Driver?: string
  }[]
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, { readonly HostIp: string; readonly HostPort: string }[] | null>>
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress: string; readonly Gateway: string; readonly MacAddress: string }>
    >
  }
}

/** The engine under test with the few steps that most tests begin with. */
export class Subject {
  readonly engine: EngineAddress
  readonly api: Client
  readonly registry: string

  constructor(engine: EngineAddress, registry: string) {
    this.engine = engine
    this.api = new Client(engine.socket)
    this.registry = registry
  }

  get name(): EngineName {
    return this.engine.name
  }

  /** The reference of the busybox image, pulled already. */
  get busybox(): string {
    return `${this.registry}/${IMAGES.busybox}`
  }

  /** Pulls one of the test images and gives its reference. */
  async pull(image: keyof typeof IMAGES): Promise<string> {
    const [name, tag] = IMAGES[image].split(':')
    const answer = await this.api.post(`/images/create?fromImage=${this.registry}/${name}&tag=${tag}`)
    expect(answer.text).not.toContain('"error"')
    expect(answer.status).toBe(200)
    return `${this.registry}/${IMAGES[image]}`
  }

  /** Creates a container of busybox unless `body` names an image; gives its id. */
  async create(body: Readonly<Record<string, unknown>>, name?: string): Promise<string> {
    const answer = await this.api.post(`/containers/create${name === undefined ? '' : `?name=${name}`}`, {
      Image: this.busybox,
      ...body,
    })
    expect(answer, answer.text).toMatchObject({ status: 201 })
    return answer.json<{ Id: string }>().Id
  }

  /** Creates and starts; gives the id. */
  async start(body: Readonly<Record<string, unknown>>, name?: string): Promise<string> {
    const id = await this.create(body, name)
    const answer = await this.api.post(`/containers/${id}/start`)
    expect(answer, answer.text).toMatchObject({ status: 204 })
    return id
  }

  /** Starts a container that does nothing until it is told to end, and ends at once then. */
  async sleeper(body: Readonly<Record<string, unknown>> = {}, name?: string): Promise<string> {
    const script = 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'
    const id = await this.start({ Cmd: ['sh', '-c', script], ...body }, name)
    // A first process without a handler ignores SIGTERM: the trap must stand before a test may stop it.
    await until('the trap', async () =>
      (await this.api.get(`/containers/${id}/logs?stdout=1`)).text.includes('ready'),
    )
    return id
  }

  /** Waits for the exit; gives the code. */
  async exitCode(id: string): Promise<number> {
    return (await this.api.post(`/containers/${id}/wait`)).json<{ StatusCode: number }>().StatusCode
  }

  /** Runs to the end; gives the code and what it wrote, stdout and stderr as bytes of the log endpoint. */
  async finish(
    body: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly id: string; readonly code: number; readonly log: Buffer }> {
    const id = await this.start(body)
    const code = await this.exitCode(id)
    const log = (await this.api.get(`/containers/${id}/logs?stdout=1&stderr=1`)).body
    return { id, code, log }
  }

  async inspect(id: string): Promise<Inspected> {
    return (await this.api.get(`/containers/${id}/json`)).json<Inspected>()
  }
}

/** Within a `describe`: cases that the table of differences names are expected to fail on this engine. */
export function declareDifferences(title: string, engine: EngineName): void {
  beforeEach(({ task }) => {
    const name = caseName(title, task.name)
    const why = difference(engine, name)
    Object.assign(task.meta, { caseName: name, engine }, why === undefined ? {} : { differs: why })
    // The runner reads it after the test; its type hides that.
    if (why !== undefined) Object.assign(task, { fails: true })
  })
}

/** To find the test that leaves something: `verify` is a program of its own, and there are hundreds of tests. */
const VERIFY_EACH = process.env.LONGSHORE_VERIFY === 'each'

/** Defines the tests for each engine under test. After each nothing is left, and after all the engine is sound. */
export function onEachEngine(title: string, define: (subject: Subject) => void): void {
  for (const engine of inject('engines')) {
    describe(`${title} on ${engine.name}`, () => {
      const subject = new Subject(engine, inject('registry'))
      declareDifferences(title, engine.name)
      const soundness = async () => {
        if (engine.name !== 'embedded' && engine.name !== 'rootless') return
        const verdict = await (engine.name === 'rootless' ? verifyRootless : verify)(engine.root)
        expect(verdict, `engine verify says:\n${verdict.output}`).toMatchObject({ code: 0 })
      }
      // Podman removes an image that a container uses, and takes several names of one for one: it may be gone.
      if (engine.name === 'podman') {
        beforeEach(async () => {
          const { status } = await subject.api.get(`/images/${subject.busybox}/json`)
          if (status === 404) await subject.pull('busybox')
        })
      }
      afterEach(async () => {
        await removeEverything(engine.socket)
        if (VERIFY_EACH) await soundness()
      })
      afterAll(soundness)
      define(subject)
    })
  }
}

/** X-Registry-Auth: base64url of JSON (API, "Authentication"). */
export function credentials(
  username: string,
  password: string,
  serveraddress: string,
): Record<string, string> {
  const json = JSON.stringify({ username, password, serveraddress })
  // With padding, which dockerd insists on and Node's base64url leaves out.
  const text = Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  return { 'X-Registry-Auth': text }
}

/**
 * Expects an error answer: its status, Docker's one-field body, and the message. Two statuses are given where
 * dockerd 20.10 answers 500 and later ones the 400 that it is.
 */
export function expectError(
  answer: Answer,
  status: number | readonly number[],
  message: string | RegExp,
): void {
  expect([status].flat(), answer.text).toContain(answer.status)
  expect(answer.headers['content-type']).toBe('application/json')
  const body = answer.json<Record<string, unknown>>()
  // Podman says the cause and the status once more, in every error; its message is compared all the same.
  expect([['message'], ['cause', 'message', 'response']]).toContainEqual(Object.keys(body))
  if (typeof message === 'string') expect(body.message).toBe(message)
  else expect(body.message).toMatch(message)
}
