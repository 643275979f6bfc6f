/** What a measure is, and the few steps that most of them take. */
import { type Contender, IMAGE } from '../contender.ts'

/** One row of the table. Each measure does one thing once on one contender and answers milliseconds. */
export interface Measure {
  readonly name: string
  /** The bound of our median against dockerd's. */
  readonly target: number
  /** Rounds at most: what takes seconds needs no twenty. All that were asked for without it. */
  readonly most?: number
  /** Whom it compares, when it takes too long for all: Longshore and dockerd. */
  readonly heavy?: boolean
  /** Whether the raw floor takes part. */
  readonly floor?: boolean
  /** Prepares a contender once; its undoing is the answer. */
  prepare?(on: Contender): Promise<() => Promise<void>>
  once(on: Contender): Promise<number>
}

/** Creates a container of the bench's image; its id. */
export async function created(on: Contender, body: object, query = ''): Promise<string> {
  const answer = await on.client.post(`/containers/create${query}`, { Image: IMAGE, ...body })
  if (answer.status !== 201) throw new Error(`${on.name}: create answered ${answer.status} ${answer.text}`)
  return answer.json<{ Id: string }>().Id
}

/** Starts it. */
export async function started(on: Contender, id: string): Promise<void> {
  const answer = await on.client.post(`/containers/${id}/start`)
  expectStatus(on, 'start', answer, 204)
}

/** Throws unless an answer has this status. */
export function expectStatus(
  on: Contender,
  what: string,
  answer: { readonly status: number; readonly text: string },
  wanted: number,
): void {
  if (answer.status !== wanted)
    throw new Error(`${on.name}: ${what} answered ${answer.status} ${answer.text}`)
}

/** Milliseconds of a command of the docker CLI that must succeed. */
export function timedCli(on: Contender, args: readonly string[]): Promise<number> {
  return timed(async () => {
    const result = await on.cli(...args)
    if (result.code !== 0)
      throw new Error(`${on.name}: docker ${args.join(' ')} ended ${result.code}: ${result.stderr}`)
  })
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** Does `work` `times` times, at most `width` at once. */
export async function abreast(
  times: number,
  width: number,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < times) await work(next++)
    }),
  )
}
