/** Running the C helper's `files` applet: its answers, its streams, and its failures in words. */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { EngineError, type ErrorKind } from '../errors.ts'
import { nativeHelper } from './native-parts.ts'
import { type ChildProcess, spawn } from './spawn.ts'

/** What a pipe takes at once. */
const BATCH_BYTES = 64 * 1024

/** The helper while it runs. */
export interface Helper {
  readonly child: ChildProcess
  readonly stdout: Readable
  /** Resolves when it has ended well; throws why it has not. */
  ended(): Promise<void>
  /** What it has said on stderr, for people or for us. */
  said(): string
}

/** Starts it. `userns` names the user namespace that it runs in. */
export function start(
  args: readonly string[],
  {
    input = false,
    cwd,
    userns,
  }: { readonly input?: boolean; readonly cwd?: string; readonly userns?: string | null | undefined } = {},
): Helper {
  const inside = userns ? ['in', userns] : []
  const child = spawn(nativeHelper(), [...inside, 'files', ...args], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4000)
  })
  const end = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', `cannot run the engine's helper: ${cause.message}`, { cause })),
    )
    child.on('close', (code) => (code === 0 ? resolve() : reject(failure(code, words.trim()))))
  })
  end.catch(() => {}) // thrown to whoever asks
  return { child, stdout: child.stdout as Readable, ended: () => end, said: () => words }
}

/** Exit codes of files.h. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  3: 'not-found',
  4: 'invalid',
  5: 'cancelled',
  6: 'invalid',
  7: 'unavailable',
  8: 'forbidden',
}

function failure(code: number | null, words: string): EngineError {
  if (code === 5) return new EngineError('cancelled', 'the archive ended too early')
  if (code === 7) {
    return new EngineError('unavailable', `no space left on device: ${words}. Free some space and try again.`)
  }
  const kind = code === null ? 'internal' : (KINDS[code] ?? 'internal')
  return new EngineError(kind, words || `the engine's helper for files ended with ${code}`)
}

/** The first text of the output, and what came with it. Throws why the helper ended before it. */
export async function firstText(
  helper: Helper,
): Promise<{ readonly head: string; readonly rest: Buffer | null }> {
  let got = Buffer.alloc(0)
  for (;;) {
    const chunk = helper.stdout.read() as Buffer | null
    if (chunk === null) {
      if (helper.stdout.readableEnded) break
      await Promise.race([once(helper.stdout, 'readable'), once(helper.stdout, 'end')])
      continue
    }
    got = Buffer.concat([got, chunk])
    const end = got.indexOf(0)
    if (end >= 0) return { head: got.toString('utf8', 0, end), rest: got.subarray(end + 1) }
  }
  await helper.ended()
  throw new EngineError('internal', "the engine's helper for files said nothing")
}

/** The helper's output. It is begun at once, so that a caller who leaves before the first byte ends the helper too. */
export function output(helper: Helper, first: Buffer | null): AsyncGenerator<Uint8Array, void, undefined> {
  // Node throws away what an ended child has written while nobody listens (ChildProcess, flushStdio).
  helper.stdout.on('readable', () => {})
  const bytes = reading(helper, first)
  void bytes.next()
  return bytes
}

async function* reading(helper: Helper, first: Buffer | null): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield new Uint8Array(0)
    if (first && first.length > 0) yield first
    for await (const chunk of helper.stdout) yield chunk as Buffer
    await helper.ended()
  } finally {
    helper.child.kill('SIGKILL')
    helper.stdout.destroy()
    // What it holds mounted is free when it is gone.
    await helper.ended().catch(() => {})
  }
}

/** Writes all of `source` to the helper. When the source fails the helper finds its input cut and tidies up. */
export async function feed(helper: Helper, source: AsyncIterable<Uint8Array>): Promise<void> {
  const { stdin } = helper.child
  if (!stdin) throw new EngineError('internal', 'the helper has no input')
  let broken = false
  stdin.on('error', () => {
    broken = true
  })
  helper.stdout.resume()
  const over = helper.ended().catch(() => {})
  try {
    for await (const chunk of batched(source)) {
      if (broken || helper.child.exitCode !== null) break
      if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), over]).catch(() => {})
    }
  } catch (error) {
    stdin.end()
    await over
    throw error
  }
  stdin.end()
  await helper.ended()
}

/** Small pieces as fewer large ones: a pipe costs a call, and often a change of process, for each. */
async function* batched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of source) {
    pieces.push(piece)
    size += piece.length
    if (size < BATCH_BYTES) continue
    yield Buffer.concat(pieces, size)
    pieces = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(pieces, size)
}
