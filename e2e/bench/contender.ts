/** Who runs in the bench: engines behind a Docker socket, and the raw floor that no engine can go below. */
import { readFileSync } from 'node:fs'
import { Client } from '../fixtures/http.ts'
import { type Finished, mustRun, run } from '../fixtures/processes.ts'

/** An engine under measurement. `cli` runs the docker CLI on it. */
export interface Contender {
  readonly name: string
  readonly client: Client
  readonly pids: () => readonly number[]
  cli(...args: readonly string[]): Promise<Finished>
  /** The CLI with its output sent on by a shell (`| wc -l`), past this process; what the shell prints. Must succeed. */
  shell(command: string, name: string, rest: string): Promise<string>
}

/** The image that every contender runs; imported, so that no registry is needed. */
export const IMAGE = 'localhost/bench:1'

/** Wraps an engine's socket. `docker` is the path of the docker CLI, `pids` its resident processes. */
export function contender(
  name: string,
  socket: string,
  docker: string,
  pids: () => readonly number[],
): Contender {
  return {
    name,
    client: new Client(socket, '/v1.41'),
    pids,
    cli: (...args) =>
      run(docker, ['-H', `unix://${socket}`, ...args], { env: { DOCKER_CONFIG: '/nonexistent' } }),
    shell: (command, name, rest) =>
      mustRun('sh', ['-c', `"$1" -H "unix://$2" "$3" "$4" ${rest}`, 'sh', docker, socket, command, name], {
        env: { DOCKER_CONFIG: '/nonexistent' },
      }),
  }
}

/** Resident bytes of a process and how much of it is its own share (PSS). Zero when it is gone. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) * 1024
    return { rss: field('Rss'), pss: field('Pss') }
  } catch {
    return { rss: 0, pss: 0 }
  }
}

/** Every process below `pid`, itself included. */
export function processTree(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return [
      pid,
      ...(children === '' ? [] : children.split(' ').flatMap((child) => processTree(Number(child)))),
    ]
  } catch {
    return [pid]
  }
}
