/** GNU tar as the unpacker: Node can make neither device nodes nor extended attributes. Fed by a stream. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { EngineError } from '../errors.ts'

/** Written to tar in batches of this size: a pipe takes no more at once, and small writes cost a call each. */
const BATCH_BYTES = 64 * 1024
/** tar's record in blocks of 512 bytes: 256 KiB. */
const BLOCKS = 512
/** Differences are for people: a file system that lost everything needs no more to be told. */
const MAX_WORDS = 1024 * 1024

/**
 * Unpacks the plain tar `source` into the empty folder `directory`, with owners, modes, times, attributes and
 * devices. The caller answers for the names in it: they must be relative and lead through no link.
 * Throws the source's own error, `unavailable` for a full disk or a missing tar, else `internal` with tar's words.
 */
export async function unpackTar(directory: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  const child = spawn(
    'tar',
    [
      '-p',
      '--numeric-owner',
      '--same-owner',
      '--xattrs',
      '--xattrs-include=*',
      '--delay-directory-restore',
      '--warning=no-timestamp',
      // Its own 10 KiB a read and a write cost half of its time.
      `--blocking-factor=${BLOCKS}`,
      '--read-full-records',
      '-C',
      directory,
      '-xf',
      '-',
    ],
    { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: process.env.PATH, LC_ALL: 'C' } },
  )
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4000)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', 'cannot unpack: tar (GNU tar) is not installed', { cause })),
    )
    child.on('close', (code) => resolve(code))
  })
  ended.catch(() => {}) // looked at below; the source may fail first
  // tar may end early on its own error: what it says then is the failure, not the broken pipe.
  child.stdin.on('error', () => {})
  try {
    await feed(child, source, ended)
  } catch (error) {
    child.kill('SIGKILL')
    await ended.catch(() => {})
    throw error
  }
  const code = await ended
  if (code === 0) return
  // A write that the disk takes only half of is all that tar says of a full one.
  if (/No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/.test(words)) {
    throw new EngineError(
      'unavailable',
      `no space left on device: the disk that holds ${directory} is full. Free some space (unused images, containers and volumes are a good start) and try again.`,
    )
  }
  throw new EngineError('internal', `tar could not unpack the archive (exit ${code}): ${words.trim()}`)
}

/** Feeds a tar and ends its input; stops early when tar does. */
async function feed(
  child: ChildProcess,
  source: AsyncIterable<Uint8Array>,
  ended: Promise<unknown>,
): Promise<void> {
  const input = child.stdin as Writable
  let size = 0
  // Corked, what gathers goes out in one call, uncopied.
  input.cork()
  for await (const chunk of source) {
    if (input.destroyed || child.exitCode !== null) break
    input.write(chunk)
    size += chunk.length
    if (size < BATCH_BYTES) continue
    size = 0
    input.uncork()
    if (input.writableNeedDrain) await Promise.race([once(input, 'drain'), ended]).catch(() => {})
    input.cork()
  }
  input.uncork()
  input.end()
}

/** How one file differs from its entry in an archive, in tar's words. */
export interface Difference {
  readonly path: string
  readonly how: string
}

/**
 * Compares the files below `directory` with the plain tar `source`: content, size, mode, owner, time, device, link.
 * Paths are in UTF-8. Throws the source's own error, and `unavailable` when there is no tar.
 */
export async function compareTar(
  directory: string,
  source: AsyncIterable<Uint8Array>,
): Promise<readonly Difference[]> {
  const args = ['--numeric-owner', '--quoting-style=literal', '-C', directory, '-df', '-']
  const child = spawn('tar', args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  let words = ''
  const listen = (chunk: Buffer) => {
    if (words.length < MAX_WORDS) words += chunk.toString('utf8')
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', 'cannot compare: tar (GNU tar) is not installed', { cause })),
    )
    child.on('close', () => resolve())
  })
  ended.catch(() => {}) // looked at below; the source may fail first
  child.stdin.on('error', () => {}) // what tar says is the failure
  try {
    await feed(child, source, ended)
  } catch (error) {
    child.kill('SIGKILL')
    await ended.catch(() => {})
    throw error
  }
  await ended
  return words
    .split('\n')
    .filter((line) => line !== '' && !line.includes('Exiting with failure status'))
    .map((line) => {
      const text = line.replace(/^tar: /, '').replace(': Warning: ', ': ')
      const colon = text.lastIndexOf(
        ': ',
        text.indexOf(': Cannot') < 0 ? undefined : text.indexOf(': Cannot'),
      )
      return { path: text.slice(0, colon).replace(/\/+$/, ''), how: text.slice(colon + 2) }
    })
}
