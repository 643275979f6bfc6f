/** The logs of several containers as one stream of lines, each with where it came from. */
import type { EngineClient } from '../../client/client.ts'
import type { LogOptions } from '../../client/containers.ts'
import type { Output } from '../../client/frames.ts'
import type { ObservedContainer } from '../plan/observed.ts'
import { Merged } from './merged.ts'

/** A line of a container, without its end. */
export interface LogLine {
  readonly container: ObservedContainer
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** In front of it when times were asked for, as the engine wrote it. */
  readonly time?: string
}

/** Which lines. Times are seconds since 1970 with up to nine decimals. */
export type LogRequest = Omit<LogOptions, 'terminal'>

/**
 * Lines as they come, those of one container in their order. Without `follow` lines of all containers are put in the
 * order of their times, as far as they are at hand together. Ends when every log has, or when the signal aborts.
 */
export async function* mergedLogs(
  client: EngineClient,
  containers: readonly ObservedContainer[],
  request: LogRequest,
): AsyncGenerator<LogLine, void, undefined> {
  if (!request.follow) {
    yield* byTime(
      containers.map((container) => linesOf(client, container, { ...request, timestamps: true })),
      request.timestamps,
    )
    return
  }
  const merged = new Merged<LogLine>()
  for (const container of containers) merged.add(linesOf(client, container, request))
  yield* merged.all()
}

/** The lines of one container. A last line without an end is given too. */
export async function* linesOf(
  client: EngineClient,
  container: ObservedContainer,
  request: LogRequest,
): AsyncGenerator<LogLine, void, undefined> {
  const terminal = container.inspect.Config.Tty === true
  for await (const { stream, text } of splitLines(
    await client.containers.logs(container.inspect.Id, { ...request, terminal }),
  )) {
    const bare = text.endsWith('\r') ? text.slice(0, -1) : text
    if (!request.timestamps) yield { container, stream, text: bare }
    else {
      const at = bare.indexOf(' ')
      yield {
        container,
        stream,
        time: at === -1 ? bare : bare.slice(0, at),
        text: at === -1 ? '' : bare.slice(at + 1),
      }
    }
  }
}

/** Output cut at the ends of lines; a letter that is cut between two chunks is put together again. */
export async function* splitLines(
  output: AsyncIterable<Output>,
): AsyncGenerator<{ readonly stream: Output['stream']; readonly text: string }, void, undefined> {
  const rest = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  for await (const { stream, bytes } of output) {
    let left = rest[stream].length > 0 ? Buffer.concat([rest[stream], bytes]) : Buffer.from(bytes)
    for (let end = left.indexOf(10); end !== -1; end = left.indexOf(10)) {
      yield { stream, text: left.toString('utf8', 0, end) }
      left = left.subarray(end + 1)
    }
    rest[stream] = left
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    if (rest[stream].length > 0) yield { stream, text: rest[stream].toString('utf8') }
  }
}

/** The earliest of the next lines first; each log is read no further ahead than one line. */
async function* byTime(
  logs: readonly AsyncGenerator<LogLine, void, undefined>[],
  shown: boolean,
): AsyncGenerator<LogLine, void, undefined> {
  try {
    const heads = await Promise.all(logs.map(async (log) => ({ log, next: await log.next() })))
    for (;;) {
      let first: (typeof heads)[number] | undefined
      for (const head of heads) {
        if (!head.next.done && (!first || (head.next.value.time ?? '') < (first.next.value?.time ?? '')))
          first = head
      }
      if (!first || first.next.done) return
      const { time, ...line } = first.next.value
      yield shown && time !== undefined ? { ...line, time } : line
      first.next = await first.log.next()
    }
  } finally {
    await Promise.all(logs.map((log) => log.return()))
  }
}
