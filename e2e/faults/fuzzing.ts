/** Random tries with a printed seed, for so many seconds; what fails is made as small as it can be and printed. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'

/** Seconds of each kind of fuzzing: a few in the tests, LONGSHORE_FUZZ_SECONDS in the soak. */
export const fuzzSeconds = Number(process.env.LONGSHORE_FUZZ_SECONDS ?? '2')

/** Whole numbers below `below`, from a seed. */
export type Random = (below: number) => number

/** Numbers that a text gives, the same each time. */
export function numbersOf(text: string): Random {
  let n = 0
  let pool = Buffer.alloc(0)
  let at = 0
  return (below) => {
    if (at + 4 > pool.length) {
      pool = createHash('sha512').update(`${text}/${n++}`).digest()
      at = 0
    }
    at += 4
    return pool.readUInt32BE(at - 4) % below
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T
}

/**
 * Calls `attempt` with numbers of its own until the time is over; it answers what went wrong, or null. Answers a
 * line for each different failure, with the seed that makes it again.
 */
export async function fuzz(
  label: string,
  engine: RunningEngine,
  attempt: (random: Random) => Promise<string | null>,
): Promise<readonly string[]> {
  const seed = process.env.LONGSHORE_SEED ?? String(Date.now())
  const only = process.env.LONGSHORE_TRY
  console.log(`${label}: LONGSHORE_SEED=${seed} (LONGSHORE_TRY=n for one try alone)`)
  const before = openFiles(engine.pid())
  const failures = new Map<string, string>()
  const end = Date.now() + fuzzSeconds * 1000
  let tries = 0
  for (let n = Number(only ?? 0); Date.now() < end && failures.size < 10; n++) {
    tries++
    const wrong = await attempt(numbersOf(`${seed}/${label}/${n}`)).catch(
      (error: Error) => `threw ${error.message}`,
    )
    // The same failure with other numbers in it is the same.
    if (wrong !== null)
      failures.set(wrong.replaceAll(/[0-9a-f]{8,}|\d+/g, '#').slice(0, 200), `try ${n}: ${wrong}`)
    if (only !== undefined) break
  }
  const lines = [...failures.values()]
  const alive = await new Client(engine.socket).get('/_ping').catch(() => null)
  if (alive?.text !== 'OK') lines.push(`the engine does not answer any more:\n${engine.log().slice(-3000)}`)
  const { resident, peak } = memory(engine.pid())
  console.log(
    `${label}: ${tries} tries, ${resident} MiB resident, at most ${peak}; ${before} files open before`,
  )
  if (peak > 600) lines.push(`the engine has used ${peak} MiB`)
  return lines
}

/** MiB that a process has, and has had at most. */
export function memory(pid: number): { readonly resident: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebi = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
  return { resident: mebi('VmRSS'), peak: mebi('VmHWM') }
}

/** How many files a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Values of every wrong kind. */
export const STRANGE: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, 0.5, 2 ** 53, -(2 ** 63), '', ' ', '\u0000', '\r\nX: y'],
  ...[
    '../../etc/passwd',
    '/',
    '//',
    '.',
    '..',
    'x'.repeat(10_000),
    '☃',
    '\ud800',
    '-1',
    '0x10',
    '%00',
    '%zz',
  ],
  ...[
    [],
    [null],
    [[]],
    {},
    { a: null },
    { '': '' },
    ['a', 1],
    ['/a:/b:c:d'],
    { '80/tcp': [{ HostPort: 'x' }] },
  ],
  ...[{ __proto__: { a: 1 } }, { constructor: 1 }, { toString: 'x' }, { length: -1 }, ['__proto__']],
  ...['9999999999999999999', '1e400', 'NaN', '2026-13-45T99:99:99Z', '{', '{"a":', '{"a":["b"]}', '["a"]'],
  ...[
    'sha256:',
    `sha256:${'0'.repeat(64)}`,
    'a@b@c',
    'a:b:c',
    'A',
    '-',
    '_',
    ':',
    '@',
    'x/../y',
    'container:',
  ],
]

/** The value with one thing in it changed, left out or doubled, somewhere. */
export function mutated(value: unknown, random: Random): unknown {
  if (random(6) === 0 || typeof value !== 'object' || value === null) return pick(random, STRANGE)
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(random, STRANGE)]
    const at = random(value.length)
    if (random(5) === 0) return value.filter((_, index) => index !== at)
    if (random(5) === 0) return [...value, ...value]
    return value.map((each, index) => (index === at ? mutated(each, random) : each))
  }
  const keys = Object.keys(value)
  if (keys.length === 0 || random(8) === 0) {
    return { ...value, [String(pick(random, [...keys, 'Unknown', '__proto__', '']))]: pick(random, STRANGE) }
  }
  const key = pick(random, keys)
  const entries = Object.entries(value)
  if (random(6) === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  return Object.fromEntries(
    entries.map(([name, each]) => [name, name === key ? mutated(each, random) : each]),
  )
}
