/** What a build gives back besides its image: archives, folders, and small files about it. */
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BuildOutcome } from '../../../engine/api/longshore/build-events.ts'
import { EngineError } from '../../../engine/errors.ts'
import type { BuildOptions } from './options.ts'
import type { WantedOutput } from './outputs.ts'
import { unpackInto } from './unpack.ts'

/** Writes the stream of one output where it was asked for. `-` is standard output. */
export async function receive(output: WantedOutput, stream: Readable, cwd: string): Promise<void> {
  if (!('to' in output)) return
  if (output.kind === 'local') {
    await unpackInto(path.resolve(cwd, output.to), stream as AsyncIterable<Uint8Array>)
    return
  }
  if (output.to === '-') return pipeline(stream, process.stdout, { end: false })
  const place = path.resolve(cwd, output.to)
  await mkdir(path.dirname(place), { recursive: true })
  // What was there stays until all of the new is.
  const part = `${place}.part-${process.pid}`
  try {
    await pipeline(stream, createWriteStream(part))
    await rename(part, place)
  } catch (cause) {
    throw new EngineError('unavailable', `${place} could not be written: ${(cause as Error).message}`, {
      cause,
    })
  } finally {
    await rm(part, { force: true })
  }
}

/** `--iidfile` and `--metadata-file`, as buildx writes them. */
export async function writeFacts(options: BuildOptions, result: BuildOutcome, cwd: string): Promise<void> {
  if (options.iidFile !== null && result.imageId !== null)
    await writeFile(path.resolve(cwd, options.iidFile), result.imageId)
  if (options.metadataFile === null) return
  const facts = {
    ...(result.imageId === null ? {} : { 'containerimage.config.digest': result.imageId }),
    ...(result.manifestDigest === null ? {} : { 'containerimage.digest': result.manifestDigest }),
    ...(result.names.length === 0 ? {} : { 'image.name': result.names.join(',') }),
  }
  await writeFile(path.resolve(cwd, options.metadataFile), `${JSON.stringify(facts, null, 2)}\n`)
}
