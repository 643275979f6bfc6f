/** Answers that are read into memory: only so many bytes of them, whoever sends them. */
import { EngineError } from '../errors.ts'
import { brokenOff } from './failure.ts'
import type { Answer } from './transport.ts'

/** No token and no error needs more. */
export const SMALL_ANSWER_BYTES = 1024 * 1024

/** The body, in memory. Throws `invalid` when it is longer than `limit`, `unavailable` when it is cut. */
export async function readAll(answer: Answer, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of answer.body) {
      size += (chunk as Uint8Array).length
      if (size > limit)
        throw new EngineError('invalid', `the registry's answer is larger than ${limit} bytes: refused`)
      chunks.push(chunk as Uint8Array)
    }
  } catch (error) {
    throw brokenOff(error, "the registry's answer")
  }
  return Buffer.concat(chunks)
}

/** The body of an answer that can only be small, as text. */
export async function readText(answer: Answer): Promise<string> {
  return (await readAll(answer, SMALL_ANSWER_BYTES)).toString('utf8')
}
