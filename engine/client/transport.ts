/**
 * Client: the application's way to any engine, typed; the only folder that imports dockerode, whose types do not leave.
 * This file makes the requests: JSON, a streamed answer, or a hijacked connection, all through docker-modem.
 */
import { Agent } from 'node:http'
import { type Duplex, Readable } from 'node:stream'
import { inspect } from 'node:util'
import Docker from 'dockerode'
import { EngineError } from '../errors.ts'
import type { Endpoint } from './endpoint.ts'
import { formatEndpoint } from './endpoint.ts'
import { asEngineError } from './failure.ts'

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** Sent as it is, as a tar archive unless the headers say otherwise, in place of `body`. */
  readonly file?: Uint8Array | Readable
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Sent as X-Registry-Auth. */
  readonly registryAuth?:
    | { readonly username: string; readonly password: string; readonly identitytoken?: string }
    | undefined
  /** Without the version in its path, as `/_ping` and Longshore's own endpoints are. */
  readonly unversioned?: boolean
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'

/** What docker-modem's `dial` takes; its own types say `any`. */
interface DialOptions {
  path: string
  method: Method
  options: { _query: Record<string, string>; _body: unknown }
  statusCodes: Record<number, true>
  isStream: true
  hijack?: boolean
  allowEmpty?: boolean
  file?: Buffer | Readable
  headers?: Record<string, string>
  abortSignal?: AbortSignal
  authconfig?: { username: string; password: string }
}
type Dial = (options: DialOptions, callback: (error: unknown, answer: unknown) => void) => void

const SUCCESS: Record<number, true> = { 200: true, 201: true, 202: true, 204: true }

/**
 * docker-modem inspects its options to the bottom for each request, debugging or not; with a plain agent that is all
 * open sockets, and takes longer than the request.
 */
class QuietAgent extends Agent {
  [inspect.custom](): string {
    return 'agent'
  }
}

/** Requests to one engine. A connection for each request: a kept one may die with its engine and fail a POST. */
export class Transport {
  readonly endpoint: Endpoint
  readonly #modem: { readonly dial: Dial }
  #version = ''

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
    const address =
      endpoint.kind === 'unix'
        ? { socketPath: endpoint.path }
        : { host: endpoint.host, port: endpoint.port, protocol: 'http' as const }
    // `agent` is missing in the types, which are a major version behind.
    const docker = new Docker({ ...address, ...{ agent: new QuietAgent({ keepAlive: false }) } })
    this.#modem = docker.modem as { readonly dial: Dial }
  }

  /** Speaks this API version (`1.41`) from now on. */
  speak(version: string): void {
    this.#version = `/v${version}`
  }

  /** One request with a JSON answer (undefined for an empty one). Throws `EngineError`. */
  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    // Read here and not by docker-modem: it never calls back when the engine dies in the middle of an answer.
    const text = await this.#readAll(await this.stream(method, path, options), options.signal)
    if (text === '') return undefined as T
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      throw new EngineError('internal', `${this.describe()} answered ${path} with what is not JSON`, {
        cause,
      })
    }
  }

  /** Sends a tar archive and waits for the answer. */
  async upload(
    method: Method,
    path: string,
    archive: Uint8Array | Readable,
    query: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.#readAll(await this.stream(method, path, { query, file: archive }), undefined)
  }

  /** One request whose answer is read as it comes. Destroy the stream or abort the signal to end it. */
  async stream(method: Method, path: string, options: RequestOptions = {}): Promise<Readable> {
    return (await this.#dial(method, path, options, {})) as Readable
  }

  /** The answer's headers, its body thrown away. */
  async headers(path: string, options: RequestOptions = {}): Promise<Readonly<Record<string, string>>> {
    const answer = (await this.stream('GET', path, options)) as Readable & { headers: Record<string, string> }
    await this.#readAll(answer, options.signal)
    return answer.headers
  }

  /** One request that turns its connection into a raw two-way stream (exec, attach). `end()` closes our half alone. */
  async hijack(path: string, options: RequestOptions = {}): Promise<Duplex> {
    const answer = await this.#dial('POST', path, options, { hijack: true, allowEmpty: true })
    if (!(answer as Partial<Duplex>).writable) {
      ;(answer as Readable).destroy()
      throw new EngineError(
        'not-implemented',
        `${this.describe()} did not hand over the connection of ${path}`,
      )
    }
    return answer as Duplex
  }

  async #readAll(answer: Readable, signal: AbortSignal | undefined): Promise<string> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of answer) chunks.push(chunk as Buffer)
    } catch (error) {
      throw asEngineError(error, this.describe(), signal)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  /** The engine's address, for messages. */
  describe(): string {
    return `the engine at ${formatEndpoint(this.endpoint)}`
  }

  #dial(
    method: Method,
    path: string,
    options: RequestOptions,
    how: { hijack?: boolean; allowEmpty?: boolean },
  ): Promise<unknown> {
    const query: Record<string, string> = {}
    for (const [key, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined && value !== false) query[key] = value === true ? '1' : String(value)
    }
    const prefix = options.unversioned ? '' : this.#version
    return new Promise((resolve, reject) => {
      const dial: DialOptions = {
        path: `${prefix}${path}${Object.keys(query).length > 0 ? '?' : ''}`,
        method,
        // Without a body of its own docker-modem would send the query as one.
        options: { _query: query, _body: options.body ?? {} },
        statusCodes: SUCCESS,
        isStream: true,
        ...how,
      }
      if (options.file)
        dial.file = options.file instanceof Readable ? options.file : Buffer.from(options.file)
      if (options.headers) dial.headers = { ...options.headers }
      if (options.signal) dial.abortSignal = options.signal
      if (options.registryAuth) dial.authconfig = { ...options.registryAuth }
      this.#modem.dial(dial, (error, answer) => {
        if (error) reject(asEngineError(error, this.describe(), options.signal))
        else resolve(answer)
      })
    })
  }
}
