/** One build while it runs, and what its steps have written: from the engine's events to what a page is told. */
import type { BuildProgress } from '../../../engine/api/longshore/build-events.ts'
import type { EngineClient } from '../../../engine/client/client.ts'
import type { BuildInput, BuildView } from '../../contract/builds.ts'
import type { LogMessage } from '../../contract/logs.ts'
import { Subject } from '../live/subject.ts'
import { LogBuffer } from '../logs/log-buffer.ts'
import { rowOfBuild } from './rows.ts'
import { BuildFold } from './view.ts'

/** A page is told at most ten times a second. */
const INTERVAL_MS = 100
const KEPT_LINES = 200_000

/** The build at once and at each change; ends with it. */
export async function* followBuild(
  client: EngineClient,
  id: string,
  input: BuildInput | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<BuildView, void, undefined> {
  const detail = await client.builds.inspect(id)
  const fold = new BuildFold(rowOfBuild(detail), detail.args, input)
  const views = new Subject(fold.view)
  const ending = new AbortController()
  const ended = new AbortController()
  const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  let due = false
  let failure: unknown = null
  const reading = (async () => {
    const events = await client.builds.events(id, { follow: true, signal: both })
    for await (const event of events) {
      fold.take(event)
      // A view is made once for all events of one turn: history comes thousands at a time.
      if (due) continue
      due = true
      setImmediate(() => {
        due = false
        views.set(fold.view)
      })
    }
  })()
    .catch((error: unknown) => {
      failure = error
    })
    .finally(() => {
      views.set(fold.view)
      ended.abort()
    })
  try {
    for await (const view of views.watch(AbortSignal.any([both, ended.signal]), INTERVAL_MS)) yield view
    if (signal?.aborted) return
    await reading
    if (failure) throw failure
    yield fold.view
  } finally {
    ending.abort()
  }
}

/** What a step has written, or all steps, line by line, from the first. */
export async function* buildLog(
  client: EngineClient,
  id: string,
  step: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogMessage, void, undefined> {
  const buffer = new LogBuffer(KEPT_LINES)
  const ending = new AbortController()
  const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  const reading = (async () => {
    const lines = new StepLines()
    for await (const event of await client.builds.events(id, { follow: true, signal: both })) {
      if (event.kind === 'log' && (step === undefined || event.id === step)) {
        const whole = lines.take(event)
        if (whole.length > 0) buffer.add(whole)
        await buffer.room(both)
      } else if (event.kind === 'step' && event.now.state === 'running' && step === undefined) {
        buffer.mark(new Date(event.at).toISOString(), lines.nameOf(event.id))
      } else if (event.kind === 'steps') {
        for (const { id: each, name } of event.steps) lines.name(each, name)
      }
    }
    const rest = lines.end()
    if (rest.length > 0) buffer.add(rest)
  })()
  reading.then(
    () => buffer.end(),
    (error: unknown) => buffer.end(error),
  )
  try {
    yield* buffer.read(signal)
  } finally {
    ending.abort()
  }
}

interface Line {
  readonly at: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** Pieces of text that end anywhere, as lines: each step and stream for itself. */
class StepLines {
  readonly #rest = new Map<string, Line>()
  readonly #names = new Map<string, string>()

  name(id: string, name: string): void {
    this.#names.set(id, name)
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? id
  }

  take(event: Extract<BuildProgress, { kind: 'log' }>): readonly Line[] {
    const { id, stream } = event
    const key = `${id} ${stream}`
    const at = new Date(event.at).toISOString()
    const parts = `${this.#rest.get(key)?.text ?? ''}${event.text}`.split('\n')
    const rest = parts.pop() ?? ''
    if (rest === '') this.#rest.delete(key)
    else this.#rest.set(key, { at, stream, text: rest })
    return parts.map((text) => ({ at, stream, text: text.endsWith('\r') ? text.slice(0, -1) : text }))
  }

  end(): readonly Line[] {
    const lines = [...this.#rest.values()]
    this.#rest.clear()
    return lines
  }
}
