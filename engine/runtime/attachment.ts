/** Attachments: our C helper as the client of conmon's socket, its pipes as the streams. */

import { PassThrough, type Readable, type Writable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { type ChildProcess, spawn } from '../host/spawn.ts'
import type { Attachment } from './runtime.ts'

/** Which streams a client wants, and in which form. */
export interface AttachChoice {
  readonly terminal: boolean
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
}

/** The helper's flags for a choice. */
export function attachFlags(choice: AttachChoice): string[] {
  const flags: string[] = []
  if (choice.terminal) flags.push('--raw')
  if (!choice.stdin) flags.push('--no-stdin')
  // A terminal has one stream, which conmon calls stdout.
  if (!choice.stdout && !(choice.terminal && choice.stderr)) flags.push('--no-stdout')
  if (!choice.stderr) flags.push('--no-stderr')
  return flags
}

/**
 * Connects to the attach socket at `path`, waiting `waitMs` for it to appear, and resolves once connected: output
 * from then on is not missed. Throws `conflict` when nobody listens there.
 */
export async function attachTo(
  helper: string,
  path: string,
  choice: AttachChoice,
  waitMs: number,
): Promise<Attachment> {
  const wait = waitMs > 0 ? ['--wait', String(waitMs)] : []
  const child = spawn(helper, ['attach', ...attachFlags(choice), ...wait, path], {
    stdio: [choice.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const attachment = attachmentOf(child, choice.stdin)
  const stderr = child.stderr as Readable
  await new Promise<void>((resolve, reject) => {
    let said = ''
    stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (said.startsWith('+')) resolve()
    })
    child.once('error', (cause) =>
      reject(new EngineError('unavailable', `cannot run ${helper}: ${cause.message}`, { cause })),
    )
    child.once('close', () =>
      reject(new EngineError('conflict', `cannot attach: the container is not running (${said.trim()})`)),
    )
  })
  return attachment
}

/**
 * The streams of a helper process as an attachment, to be made as soon as it is spawned: from then on its output waits
 * for a reader, however late that comes. A `client` ends when it is detached; a `supervisor` only loses its
 * streams and goes on without a reader.
 */
export function attachmentOf(
  child: ChildProcess,
  stdin: boolean,
  role: 'client' | 'supervisor' = 'client',
): Attachment {
  // A client's broken connection must not become an unhandled error here: the streams just end.
  child.stdin?.on('error', () => {})
  const output = kept(child.stdout as Readable)
  return {
    output,
    input: stdin ? (child.stdin as Writable) : discard(),
    detach() {
      if (role === 'client') child.kill('SIGKILL')
      child.stdin?.destroy()
      output.destroy()
    },
  }
}

/**
 * The bytes of a child's pipe, whoever reads them and when. The pipe itself would lose them: Node throws away what is
 * in the pipes of a child that has ended as long as nobody has begun to read, and a quick program may have ended before
 * its caller gets to it. No more is taken from the pipe than a stream's buffer holds.
 */
function kept(pipe: Readable): Readable {
  const held = new PassThrough()
  pipe.on('error', () => held.end())
  held.on('error', () => {})
  held.on('close', () => pipe.destroy())
  return pipe.pipe(held)
}

/** Where input goes that nobody asked for. */
function discard(): Writable {
  const sink = new PassThrough()
  sink.resume()
  return sink
}
