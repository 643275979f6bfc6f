/** A compose project in a folder of its own, and `longshore compose` on it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import type { Subject } from '../api/suite.ts'
import { bin } from '../fixtures/paths.ts'
import { type Finished, type RunOptions, run } from '../fixtures/processes.ts'

export class Stack {
  readonly folder: string
  readonly subject: Subject
  /** The project's name. */
  readonly name: string

  constructor(subject: Subject, name: string) {
    this.subject = subject
    this.name = name
    this.folder = mkdtempSync(path.join(os.tmpdir(), `compose-${subject.name}-`))
    this.env = { DOCKER_HOST: `unix://${subject.engine.socket}` }
  }

  readonly env: Readonly<Record<string, string>>

  /** Writes a file of the project; `$IMAGE` is busybox. */
  write(text: string, file = 'compose.yaml'): this {
    const at = path.join(this.folder, file)
    mkdirSync(path.dirname(at), { recursive: true })
    writeFileSync(at, text.replaceAll('$IMAGE', this.subject.busybox))
    return this
  }

  /** The words of a call, for whoever starts it another way. */
  words(args: readonly string[]): readonly string[] {
    return [bin, 'compose', '-p', this.name, ...args]
  }

  /** Takes files of the project away. */
  drop(...files: readonly string[]): void {
    for (const file of files) rmSync(path.join(this.folder, file), { recursive: true, force: true })
  }

  /** Runs it without the project's name. */
  bare(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(process.execPath, [bin, 'compose', ...args], {
      cwd: this.folder,
      ...options,
      env: { ...this.env, ...options.env },
    })
  }

  /** Runs `longshore compose`, however it ends. */
  try(args: string | readonly string[], options: RunOptions = {}): Promise<Finished> {
    const list = typeof args === 'string' ? args.split(' ') : args
    return run(process.execPath, this.words(list), {
      cwd: this.folder,
      ...options,
      env: { ...this.env, ...options.env },
    })
  }

  /** Runs it, and it must succeed; gives what it printed. */
  async do(args: string | readonly string[], options: RunOptions = {}): Promise<Finished> {
    const done = await this.try(args, options)
    expect(done, `${args}: ${done.stderr}${done.stdout}`).toMatchObject({ code: 0 })
    return done
  }

  /** Service -> state, of every container with a number. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${this.name}`] }))
    const { api } = this.subject
    const rows = (await api.get(`/containers/json?all=1&filters=${filters}`)).json<
      { Names: string[]; State: string }[]
    >()
    return Object.fromEntries(
      rows
        .map(({ Names, State }) => [(Names[0] ?? '').replace(`/${this.name}-`, ''), State] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A program that does nothing, and ends at once when it is asked to. */
export const SLEEP = `sh -c 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'`
