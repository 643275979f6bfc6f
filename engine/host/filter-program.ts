/** A program as a filter of a stream: bytes to its stdin, bytes from its stdout, in step with whoever reads. */
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { spawn } from './spawn.ts'

/**
 * What `program` makes of `source`. Throws the source's own error, `unavailable` when the program is not installed,
 * `invalid` with its words when it ends badly. Leaving the stream ends the program.
 */
export async function* throughProgram(
  program: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-2000)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', `${program} is not installed on this machine`, { cause })),
    )
    child.on('close', resolve)
  })
  ended.catch(() => {}) // thrown below
  let failure: { readonly error: unknown } | null = null
  const feeding = feed(child.stdin, source, ended).catch((error: unknown) => {
    failure = { error }
    child.kill('SIGKILL')
  })
  try {
    for await (const chunk of child.stdout as Readable) yield chunk as Buffer
    const code = await ended
    await feeding
    if (failure !== null) throw (failure as { readonly error: unknown }).error
    if (code !== 0) throw new EngineError('invalid', `${program}: ${words.trim() || `ended with ${code}`}`)
  } finally {
    child.kill('SIGKILL')
    await feeding
  }
}

async function feed(
  stdin: Writable,
  source: AsyncIterable<Uint8Array>,
  ended: Promise<unknown>,
): Promise<void> {
  let open = true
  const over = ended
    .catch(() => {})
    .then(() => {
      open = false
    })
  // A program that has enough, or fails, closes its end; its exit says which.
  stdin.on('error', () => {
    open = false
  })
  for await (const chunk of source) {
    if (!open) break
    if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain').catch(() => {}), over])
  }
  stdin.end()
}
