/** Builds, those that run and those that have ended: their logs in a folder, their ends in the database. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildDetail, BuildSummary } from '../../api/longshore/builds.ts'
import type { BuildEvent } from '../../builder/solve/progress.ts'
import { EngineError } from '../../errors.ts'
import type { BuildHistoryRecords } from '../records/build-history.ts'
import { EventLog, readEventLog } from './event-log.ts'
import { BuildFold, type BuildHead, type LogLine } from './fold.ts'
import { OutputBound } from './output-bound.ts'

/** How much is kept; the newest build always is. */
export interface HistoryLimits {
  readonly builds: number
  readonly bytes: number
}

const LIMITS: HistoryLimits = { builds: 500, bytes: 256 * 1024 * 1024 }
const SUFFIX = '.jsonl'

/** A build that is being written down. */
export interface OpenBuild {
  /** Of a step that says too much only the beginning is. */
  readonly add: (line: LogLine) => void
  /** Its end is recorded; nothing comes after. */
  readonly end: () => Promise<void>
}

interface Running {
  readonly fold: BuildFold
  readonly log: EventLog
}

export class BuildHistory {
  readonly #folder: string
  readonly #records: BuildHistoryRecords
  readonly #limits: HistoryLimits
  readonly #running = new Map<string, Running>()

  constructor(folder: string, records: BuildHistoryRecords, limits: HistoryLimits = LIMITS) {
    this.#folder = folder
    this.#records = records
    this.#limits = limits
  }

  /** After a start: what was running when the engine was killed has failed. */
  async recover(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names) {
      const id = name.slice(0, -SUFFIX.length)
      if (!name.endsWith(SUFFIX) || this.#records.get(id)) continue
      const fold = await this.#fold(id)
      const { size } = await stat(this.#path(id))
      if (fold) this.#records.put({ summary: fold.summary(false), logBytes: size })
      else await rm(this.#path(id), { force: true })
    }
  }

  /** Begins to write one down. Throws `conflict` for an id that there is. */
  async open(head: BuildHead): Promise<OpenBuild> {
    if (this.#running.has(head.id) || this.#records.get(head.id))
      throw new EngineError('conflict', `there is a build ${head.id} already`)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const log = await EventLog.create(this.#path(head.id))
    const fold = new BuildFold(head)
    const outputs = new OutputBound()
    this.#running.set(head.id, { fold, log })
    log.append(head)
    return {
      add: (line) => {
        fold.add(line)
        const written = outputs.clip(line)
        if (written !== null) outputs.wrote(written, log.append(written))
      },
      end: async () => {
        try {
          await log.close()
        } finally {
          this.#records.put({ summary: fold.summary(false), logBytes: log.bytes })
          this.#running.delete(head.id)
        }
        await this.#bound()
      },
    }
  }

  /** Newest first. */
  list(): readonly BuildSummary[] {
    const running = [...this.#running.values()].map(({ fold }) => fold.summary(true))
    const ended = this.#records.all().map(({ summary }) => summary)
    return [...running, ...ended].toSorted((a, b) => b.startedAt - a.startedAt)
  }

  /** Throws `not-found`. */
  async detail(id: string): Promise<BuildDetail> {
    const running = this.#running.get(id)
    const fold = running?.fold ?? (await this.#fold(this.#known(id)))
    if (!fold) throw new EngineError('not-found', `the log of build ${id} is gone`)
    const { dockerfile, problems, result, failure } = fold
    const { args } = fold.head
    const stepDetails = fold.steps
    return {
      ...fold.summary(running !== undefined),
      ...{ dockerfile, args, stepDetails, problems, result, failure },
    }
  }

  /** All events from the start; of one that runs, `follow` those to come too. Throws `not-found` at once. */
  events(id: string, follow: boolean): AsyncIterable<BuildEvent> {
    const running = this.#running.get(id)
    if (running && follow) return onlyEvents(running.log.follow())
    return onlyEvents(readEventLog(this.#path(running ? id : this.#known(id))))
  }

  /** Forgets one that has ended. Throws `not-found`, and `conflict` for one that runs. */
  async forget(id: string): Promise<void> {
    if (this.#running.has(id)) throw new EngineError('conflict', `build ${id} is running: cancel it first`)
    this.#records.remove(this.#known(id))
    await rm(this.#path(id), { force: true })
  }

  #known(id: string): string {
    if (!this.#records.get(id)) throw new EngineError('not-found', `no such build: ${id}`)
    return id
  }

  #path(id: string): string {
    if (!/^[0-9a-z]+$/.test(id)) throw new EngineError('invalid', `${id} is not the id of a build`)
    return join(this.#folder, `${id}${SUFFIX}`)
  }

  async #fold(id: string): Promise<BuildFold | null> {
    let fold: BuildFold | null = null
    try {
      for await (const line of readEventLog(this.#path(id)) as AsyncIterable<LogLine>) {
        if (line.kind === 'head') fold = new BuildFold(line)
        else fold?.add(line)
      }
    } catch {
      return null
    }
    return fold
  }

  async #bound(): Promise<void> {
    const all = this.#records.all()
    let bytes = all.reduce((sum, { logBytes }) => sum + logBytes, 0)
    let count = all.length
    for (const { summary, logBytes } of all.slice(0, -1)) {
      if (count <= this.#limits.builds && bytes <= this.#limits.bytes) return
      await this.forget(summary.id)
      bytes -= logBytes
      count--
    }
  }
}

async function* onlyEvents(lines: AsyncIterable<unknown>): AsyncGenerator<BuildEvent, void, undefined> {
  for await (const line of lines as AsyncIterable<LogLine>) {
    if (line.kind !== 'head') yield line
  }
}
