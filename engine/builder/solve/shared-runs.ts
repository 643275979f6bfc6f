/**
 * Steps under way, by key: builds that want the same one wait for one. It goes on as long as one of them does, and
 * its output is told to all of them.
 */
import { EngineError } from '../../errors.ts'
import type { StepIo } from './performer.ts'

/** Output kept for those who join late, in bytes; the oldest goes first. */
const KEPT_OUTPUT = 1024 * 1024

/** What whoever waits for a run is told of it. */
export type RunListener = Pick<StepIo, 'log' | 'status'>

/** What came of a run, and when what is remembered of it can be found by others. */
export interface Kept<T> {
  readonly result: T
  /** Never rejects. */
  readonly kept: Promise<void>
}

interface Run<T> {
  readonly done: Promise<T>
  /** Until then whoever wants the same joins. */
  readonly kept: Promise<void>
  readonly abort: AbortController
  readonly listeners: Set<RunListener>
  readonly output: { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }[]
  outputBytes: number
  waiting: number
}

/** The runs of one engine. */
export class SharedRuns<T> {
  readonly #runs = new Map<string, Run<T>>()

  has(key: string): boolean {
    return this.#runs.has(key)
  }

  /**
   * Runs `work`, or joins who runs it already. When `signal` aborts and nobody else waits, the work is told to end,
   * and the answer comes when it has; when others do, it goes on and the answer is `cancelled` at once. `drained`
   * resolves when the work that this call began has ended and is remembered.
   */
  run(
    key: string,
    listener: RunListener,
    signal: AbortSignal,
    work: (io: StepIo) => Promise<Kept<T>>,
  ): { readonly done: Promise<T>; readonly drained: Promise<void>; readonly joined: boolean } {
    const there = this.#runs.get(key)
    const run = there ?? this.#begin(key, listener, work)
    if (there) {
      for (const { stream, bytes } of there.output) listener.log(stream, bytes)
      there.listeners.add(listener)
    }
    run.waiting++
    const done = wait(run, listener, signal)
    return { done, drained: there ? settled(done) : run.kept, joined: there !== undefined }
  }

  #begin(key: string, listener: RunListener, work: (io: StepIo) => Promise<Kept<T>>): Run<T> {
    const abort = new AbortController()
    const listeners = new Set([listener])
    const output: Run<T>['output'] = []
    const io: StepIo = {
      signal: abort.signal,
      log: (stream, bytes) => {
        output.push({ stream, bytes })
        run.outputBytes += bytes.length
        while (run.outputBytes > KEPT_OUTPUT) run.outputBytes -= output.shift()?.bytes.length ?? 0
        for (const each of listeners) each.log(stream, bytes)
      },
      status: (...told) => {
        for (const each of listeners) each.status(...told)
      },
    }
    const forget = () => {
      if (this.#runs.get(key) === run) this.#runs.delete(key)
    }
    // Who comes while it is being ended begins another.
    abort.signal.addEventListener('abort', forget)
    const working = work(io)
    const done = working.then(
      ({ result }) => result,
      (error: unknown) => {
        forget()
        throw error
      },
    )
    const kept = settled(working.then((worked) => worked.kept)).then(forget)
    const run: Run<T> = { done, kept, abort, listeners, output, outputBytes: 0, waiting: 0 }
    this.#runs.set(key, run)
    return run
  }
}

function wait<T>(run: Run<T>, listener: RunListener, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      run.listeners.delete(listener)
      if (--run.waiting === 0) run.abort.abort()
      else reject(new EngineError('cancelled', 'cancelled'))
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    run.done.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave)
      run.listeners.delete(listener)
    })
  })
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(
    () => undefined,
    () => undefined,
  )
}
