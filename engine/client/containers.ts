/** Calls about containers (Docker Engine API, "Container"). */
import type { Duplex, Readable } from 'node:stream'
import type { ContainerCreateRequest, ContainerTop } from '../api/container.ts'
import { isEngineError } from '../errors.ts'
import type { Output } from './frames.ts'
import { demux } from './frames.ts'
import { jsonLines } from './json-lines.ts'
import type { ContainerCreate, ContainerInspect, ContainerSummary, StatsSample } from './shapes.ts'
import { guarded } from './streams.ts'
import { type FileToPut, tarFiles } from './tar-files.ts'
import type { Transport } from './transport.ts'

/** Which lines of a log. Times are seconds since 1970 with up to nine decimals. */
export interface LogOptions {
  readonly follow: boolean
  readonly tail?: number | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly timestamps: boolean
  /** Whether the container has a terminal: its log is not framed then. */
  readonly terminal: boolean
  readonly signal: AbortSignal
}

/** What the engine says of a path in a container. `mode` has Go's bits: 2^31 is a folder, 2^27 a symlink. */
export interface PathStat {
  readonly name: string
  readonly size: number
  readonly mode: number
  readonly linkTarget: string
}

/** Containers of one engine. Every call throws `EngineError`. */
export class Containers {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** All of them, stopped ones included, or those with these filters. */
  list(filters?: Readonly<Record<string, readonly string[]>>): Promise<readonly ContainerSummary[]> {
    return this.#transport.json('GET', '/containers/json', {
      query: { all: true, filters: filters && JSON.stringify(filters) },
    })
  }

  inspect(id: string): Promise<ContainerInspect> {
    return this.#transport.json('GET', `/containers/${encodeURIComponent(id)}/json`)
  }

  create(
    body: ContainerCreate,
    name?: string,
  ): Promise<{ readonly Id: string; readonly Warnings: readonly string[] | null }> {
    return this.#transport.json('POST', '/containers/create', { query: { name }, body })
  }

  /** A container with everything that the API can say of one. */
  createWhole(body: ContainerCreateRequest, name: string): Promise<{ readonly Id: string }> {
    return this.#transport.json('POST', '/containers/create', { query: { name }, body })
  }

  /** Puts files into its root; folders above them must be there or are made by the engine. */
  async putFiles(id: string, files: readonly FileToPut[]): Promise<void> {
    await this.#transport.upload('PUT', `/containers/${encodeURIComponent(id)}/archive`, tarFiles(files), {
      path: '/',
    })
  }

  start(id: string): Promise<void> {
    return this.#act(id, 'start')
  }

  stop(id: string, graceSeconds?: number): Promise<void> {
    return this.#act(id, 'stop', { t: graceSeconds })
  }

  restart(id: string, graceSeconds?: number): Promise<void> {
    return this.#act(id, 'restart', { t: graceSeconds })
  }

  kill(id: string, signal: string): Promise<void> {
    return this.#act(id, 'kill', { signal })
  }

  pause(id: string): Promise<void> {
    return this.#act(id, 'pause')
  }

  unpause(id: string): Promise<void> {
    return this.#act(id, 'unpause')
  }

  rename(id: string, name: string): Promise<void> {
    return this.#act(id, 'rename', { name })
  }

  resize(id: string, rows: number, cols: number): Promise<void> {
    return this.#act(id, 'resize', { h: rows, w: cols })
  }

  /** `volumes` takes its anonymous volumes too. */
  remove(id: string, options: { readonly force: boolean; readonly volumes: boolean }): Promise<void> {
    return this.#transport.json('DELETE', `/containers/${encodeURIComponent(id)}`, {
      query: { force: options.force, v: options.volumes },
    })
  }

  /** Resolves to the exit code when it no longer runs, or by `condition` at its next exit. */
  async wait(id: string, signal?: AbortSignal, condition?: 'next-exit' | 'removed'): Promise<number> {
    const answer = await this.#transport.json<{ readonly StatusCode: number }>(
      'POST',
      `/containers/${encodeURIComponent(id)}/wait`,
      { signal, query: { condition } },
    )
    return answer.StatusCode
  }

  /** Its processes, by the columns of ps. */
  top(id: string): Promise<ContainerTop> {
    return this.#transport.json('GET', `/containers/${encodeURIComponent(id)}/top`)
  }

  /** A file or folder of it as a tar, and what the engine says of that path. */
  async archive(id: string, path: string): Promise<{ readonly stat: PathStat; readonly tar: Readable }> {
    const tar = (await this.#transport.stream('GET', `/containers/${encodeURIComponent(id)}/archive`, {
      query: { path },
    })) as Readable & { readonly headers: Readonly<Record<string, string>> }
    return { stat: decodeStat(tar.headers['x-docker-container-path-stat']), tar }
  }

  /** What stands at a path of it; undefined when nothing does. */
  async stat(id: string, path: string): Promise<PathStat | undefined> {
    try {
      const answer = (await this.#transport.stream('HEAD', `/containers/${encodeURIComponent(id)}/archive`, {
        query: { path },
      })) as Readable & { readonly headers: Readonly<Record<string, string>> }
      answer.resume()
      return decodeStat(answer.headers['x-docker-container-path-stat'])
    } catch (error) {
      if (isEngineError(error, 'not-found')) return undefined
      throw error
    }
  }

  /** Unpacks a tar below a folder of it. `keepOwners` as `docker cp -a`. */
  async putArchive(id: string, path: string, tar: Readable, keepOwners = false): Promise<void> {
    await this.#transport.upload('PUT', `/containers/${encodeURIComponent(id)}/archive`, tar, {
      path,
      ...(keepOwners ? { copyUIDGID: '1' } : {}),
    })
  }

  /** The log as bytes by stream, with back-pressure. Ends when `signal` aborts. */
  async logs(id: string, options: LogOptions): Promise<AsyncGenerator<Output, void, undefined>> {
    const source = await this.#transport.stream('GET', `/containers/${encodeURIComponent(id)}/logs`, {
      query: {
        stdout: true,
        stderr: true,
        follow: options.follow,
        timestamps: options.timestamps,
        tail: options.tail,
        since: options.since,
        until: options.until,
      },
      signal: options.signal,
    })
    return guarded(source, demux(source, options.terminal), this.#transport.describe(), options.signal)
  }

  /** One sample with the one before it, so that percentages can be had from it alone. */
  statsOnce(id: string, signal?: AbortSignal): Promise<StatsSample> {
    return this.#transport.json('GET', `/containers/${encodeURIComponent(id)}/stats?stream=false`, { signal })
  }

  /** A sample about each second, until `signal` aborts. */
  async stats(id: string, signal: AbortSignal): Promise<AsyncGenerator<StatsSample, void, undefined>> {
    const source: Readable = await this.#transport.stream(
      'GET',
      `/containers/${encodeURIComponent(id)}/stats`,
      {
        query: { stream: true },
        signal,
      },
    )
    return guarded(source, jsonLines<StatsSample>(source), this.#transport.describe(), signal)
  }

  /** Both ways to the main process. Raw with a terminal, framed without. */
  attach(id: string, options: { readonly logs: boolean; readonly stdin?: boolean }): Promise<Duplex> {
    return this.#transport.hijack(`/containers/${encodeURIComponent(id)}/attach`, {
      query: { stream: true, stdin: options.stdin ?? true, stdout: true, stderr: true, logs: options.logs },
    })
  }

  /** An act that is done already (304) is no failure. */
  async #act(
    id: string,
    verb: string,
    query: Readonly<Record<string, string | number | undefined>> = {},
  ): Promise<void> {
    try {
      await this.#transport.json('POST', `/containers/${encodeURIComponent(id)}/${verb}`, { query })
    } catch (error) {
      if (!isEngineError(error, 'not-modified')) throw error
    }
  }
}

function decodeStat(header: string | undefined): PathStat {
  return JSON.parse(Buffer.from(header ?? '', 'base64').toString('utf8')) as PathStat
}
