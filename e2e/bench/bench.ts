/**
 * `npm run bench`: Longshore, dockerd, podman and the raw floor on one machine, in one run, interleaved round by round
 * so that whatever else the machine does hits all of them alike. Prints medians and ratios as a table and writes the
 * same as JSON. A missed bound is printed, never an error: timings are facts, not tests.
 *
 *   --only TEXT[,TEXT]   the rows whose name contains one of these     --rounds N   of most rows (20)
 *   --engines A,B        longshore, dockerd, podman                     --docker P   which docker CLI
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { findDockerClis } from '../fixtures/docker-cli.ts'
import { startDockerd } from '../fixtures/dockerd.ts'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { top } from '../fixtures/paths.ts'
import { startPodman } from '../fixtures/podman.ts'
import { type Contender, contender, IMAGE, processTree } from './contender.ts'
import { makeFloor } from './floor.ts'
import { MEASURES } from './measures/all.ts'
import { clearShelf } from './measures/images.ts'
import type { Measure } from './measures/measure.ts'
import { measureMemory, RUNNING } from './memory.ts'
import { type Row, table } from './report.ts'
import { summarise } from './statistics.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    engines: { type: 'string', default: 'longshore,dockerd,podman' },
    out: { type: 'string', default: path.join(top, 'dist/bench.json') },
    docker: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds wants a whole number, not "${values.rounds}"`)

// The newest CLI costs the least itself, so that what is left is the engines' own time.
const docker = values.docker ?? (await newestCli())
const say = (text: string) => process.stderr.write(`${text}\n`)

const starters: Readonly<Record<string, () => Promise<RunningEngine>>> = {
  longshore: startEmbedded,
  dockerd: startDockerd,
  podman: startPodman,
}

const START = 'start of the engine to its first answer'
const MEMORY = 'memory'

const engines: { readonly name: string; readonly engine: RunningEngine; readonly on: Contender }[] = []

async function main(): Promise<void> {
  for (const name of values.engines.split(',')) {
    const start = starters[name]
    if (start === undefined)
      throw new Error(`--engines names "${name}"; there are: ${Object.keys(starters).join(', ')}`)
    const engine = await start()
    const on = contender(name, engine.socket, docker, () => residents(name, engine.pid()))
    engines.push({ name, engine, on })
    say(`${name} answers after ${engine.startedInMs().toFixed(0)} ms`)
    await importImage(on)
  }

  const rows: Row[] = []
  for (const measure of MEASURES) if (isWanted(measure.name)) rows.push(await timed(measure))
  if (isWanted(START)) rows.push(await startRow())
  if (isWanted(MEMORY)) rows.push(...(await memoryRows()))

  const names = [...engines.map(({ name }) => name), 'floor']
  console.log(`\nmedians of ${rounds} interleaved rounds; docker CLI ${docker}\n`)
  console.log(table(rows, names))
  mkdirSync(path.dirname(values.out), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify({ at: new Date().toISOString(), rounds, rows }, null, 2)}\n`)
  console.log(`\nas JSON: ${values.out}`)
}

/** Imports the image and names it in a second call, because podman's import forgets the name. */
async function importImage(on: Contender): Promise<void> {
  const tar = { body: busyboxTar(), headers: { 'Content-Type': 'application/x-tar' } }
  const answer = await on.client.post('/images/create?fromSrc=-', undefined, tar)
  const id = answer.lines<{ status?: string }>().at(-1)?.status
  if (answer.status !== 200 || id === undefined) throw new Error(`${on.name}: import answered ${answer.text}`)
  const [repo, tag] = IMAGE.split(':')
  const tagged = await on.client.post(`/images/${id}/tag?repo=${repo}&tag=${tag}`)
  if (tagged.status !== 201) throw new Error(`${on.name}: tag answered ${tagged.status} ${tagged.text}`)
}

function isWanted(name: string): boolean {
  return values.only.split(',').some((text) => name.includes(text))
}

/** One timed row: a round is every contender once, in turn; the first round warms and is not counted. */
async function timed(measure: Measure): Promise<Row> {
  say(measure.name)
  const undo: (() => Promise<void>)[] = []
  const taking = engines.filter(({ name }) => !measure.heavy || name !== 'podman')
  const samples = new Map<string, number[]>(taking.map(({ name }) => [name, []]))
  const count = Math.min(rounds, measure.most ?? rounds)
  const floor = measure.floor ? makeFloor() : null
  if (floor !== null) samples.set('floor', [])
  try {
    for (const { on } of taking) {
      const done = await measure.prepare?.(on)
      if (done !== undefined) undo.push(done)
    }
    for (let round = 0; round <= count; round++) {
      for (const { name, on } of taking) {
        const took = await measure.once(on)
        if (round > 0) samples.get(name)?.push(took)
      }
      const bare = await floor?.once()
      if (round > 0 && bare !== undefined) samples.get('floor')?.push(bare)
    }
  } finally {
    floor?.close()
    for (const step of undo) await step()
  }
  const figures = Object.fromEntries([...samples].map(([name, series]) => [name, summarise(series)]))
  return { name: measure.name, unit: 'ms', figures, target: { kind: 'ratio', value: measure.target } }
}

/** From the start of an engine's process to its first answer, on a folder that it knows. */
async function startRow(): Promise<Row> {
  say(START)
  const samples = new Map<string, number[]>(engines.map(({ name }) => [name, []]))
  for (let round = 0; round < Math.min(rounds, 10); round++) {
    for (const { name, engine } of engines) {
      await engine.terminate()
      await engine.start()
      samples.get(name)?.push(engine.startedInMs())
    }
  }
  const figures = Object.fromEntries([...samples].map(([name, series]) => [name, summarise(series)]))
  return { name: START, unit: 'ms', figures, target: null }
}

/** Memory of each engine on its own: nothing else is running then. */
async function memoryRows(): Promise<Row[]> {
  say(MEMORY)
  const mb = 1024 * 1024
  const idle: Record<string, ReturnType<typeof summarise>> = {}
  const share: Record<string, ReturnType<typeof summarise>> = {}
  const each: Record<string, ReturnType<typeof summarise>> = {}
  const whole: Record<string, ReturnType<typeof summarise>> = {}
  const wholeShare: Record<string, ReturnType<typeof summarise>> = {}
  for (const { name, engine, on } of engines) {
    // An engine that has just listed a thousand containers is not idle: start it anew.
    await engine.terminate()
    await engine.start()
    const memory = await measureMemory(on, 5_000)
    idle[name] = summarise([memory.idle / mb])
    share[name] = summarise([memory.idleShare / mb])
    each[name] = summarise([memory.perContainer / mb])
    whole[name] = summarise([memory.whole / mb])
    wholeShare[name] = summarise([memory.wholeShare / mb])
  }
  return [
    { name: 'idle engine, resident', unit: 'MB', figures: idle, target: { kind: 'at most', value: 120 } },
    { name: 'idle engine, its own share (PSS)', unit: 'MB', figures: share, target: null },
    {
      name: 'a running container adds, beside its supervisor',
      unit: 'MB',
      figures: each,
      target: { kind: 'at most', value: 1 },
    },
    {
      name: `memory of engine and supervisors, ${RUNNING} running (PSS)`,
      unit: 'MB',
      figures: wholeShare,
      target: { kind: 'ratio', value: 0.5 },
    },
    { name: `the same, resident`, unit: 'MB', figures: whole, target: { kind: 'ratio', value: 0.5 } },
  ]
}

async function newestCli(): Promise<string> {
  const [newest] = await findDockerClis()
  if (newest === undefined) throw new Error('there is no docker CLI: apt-get install docker.io')
  return newest.path
}

/** The engine's own processes: for dockerd also its containerd, but no shim or conmon, which are a container's. */
function residents(name: string, pid: number): number[] {
  return name === 'dockerd' ? processTree(pid) : [pid]
}

/** Ends every engine with what it runs, and removes what the bench has made. */
async function cleanUp(): Promise<void> {
  await clearShelf()
  for (const { engine } of engines.splice(0).reverse()) await engine.stop()
}

// Interrupted, it leaves nothing either.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  await main()
} finally {
  await cleanUp()
}
