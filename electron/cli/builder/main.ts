/** `longshore builder`: what the builder keeps and has done. */
import { connectEngine } from '../../../engine/client/client.ts'
import { parseEndpoint } from '../../../engine/client/endpoint.ts'
import { EngineError } from '../../../engine/errors.ts'
import { failureLines, warningLines } from '../build/ending.ts'
import { reporter } from '../build/progress/reporter.ts'
import { bytesOf } from '../build/sizes.ts'
import { type Flags, type FlagTable, readFlags } from '../compose/flags.ts'
import { buildLines, cacheLines, historyLines, pruneLines } from './tables.ts'

const HELP = `What the builder keeps and has done.

  longshore builder du              the build cache, and why each of it is kept
  longshore builder prune           removes what nothing needs
    --plan                          only says what would go, with the reason of each line
    -a, --all                       also what a build of the last days used
    --keep-storage SIZE             keeps this much
    --unused-for SECONDS            only what was not used for so long
  longshore builder history         builds, newest first
  longshore builder history ID      one build: its steps, and why each ran
  longshore builder logs ID         what it said, to its end if it runs
  longshore builder cancel ID
  longshore builder rm ID           forgets one that has ended

  -H, --host ADDRESS                the engine; DOCKER_HOST, else the embedded one
`

const TABLE: FlagTable = {
  all: { type: 'boolean', short: 'a' },
  force: { type: 'boolean', short: 'f' },
  help: { type: 'boolean', short: 'h' },
  host: { type: 'string', short: 'H' },
  'keep-storage': { type: 'string' },
  plan: { type: 'boolean' },
  'unused-for': { type: 'string' },
}

/** Runs one command; resolves to the exit code. `socket` is the embedded engine's. */
export async function builder(args: readonly string[], socket: string): Promise<number> {
  const flags = readFlags(args, TABLE, { leading: false, usage: 'builder' })
  const [command = 'help', id] = flags.names
  if (flags.yes('help') || command === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const endpoint = parseEndpoint(flags.text('host') ?? process.env.DOCKER_HOST ?? `unix://${socket}`)
  const client = await connectEngine(endpoint)
  if (!client.capabilities.builds)
    throw new EngineError('not-implemented', 'this engine tells nothing of its builds; see docker builder')
  const { builds } = client
  switch (command) {
    case 'du':
      print(cacheLines(await builds.cache(), await builds.mounts(), Date.now()))
      return 0
    case 'prune':
      return prune(builds, flags)
    case 'history':
      print(
        id === undefined
          ? historyLines(await builds.list(), Date.now())
          : buildLines(await builds.inspect(await whole(builds, id)), Date.now()),
      )
      return 0
    case 'logs':
      return logs(builds, await whole(builds, id))
    case 'cancel':
      await builds.cancel(await whole(builds, id))
      return 0
    case 'rm':
      await builds.remove(await whole(builds, id))
      return 0
    default:
      throw new EngineError(
        'invalid',
        `"${command}" is not a command of builder; see "longshore builder help"`,
      )
  }
}

type Builds = Awaited<ReturnType<typeof connectEngine>>['builds']

async function prune(builds: Builds, flags: Flags): Promise<number> {
  const keepBytes = bytesOf(flags.text('keep-storage'), '--keep-storage')
  const unusedForSeconds = flags.whole('unused-for')
  const plan = await builds.planPrune({
    all: flags.yes('all'),
    ...(keepBytes === null ? {} : { keepBytes }),
    ...(unusedForSeconds === undefined ? {} : { unusedForSeconds }),
  })
  print(pruneLines(plan))
  if (flags.yes('plan')) return 0
  const pruned = await builds.prune(plan.remove.map((each) => each.id))
  for (const { id, why } of pruned.left) console.error(`${id.slice(0, 12)} is left: ${why}`)
  return 0
}

async function logs(builds: Builds, id: string): Promise<number> {
  const signal = new AbortController().signal
  const report = reporter('plain', id, process.stdout)
  for await (const event of await builds.events(id, { follow: true, signal })) report.add(event)
  report.close()
  const { end, warnings, source } = report.model
  if (end?.kind !== 'failed') {
    print(warningLines(warnings))
    return 0
  }
  const { step } = end.failure
  print(failureLines(end.failure, step === null ? undefined : report.model.step(step), source))
  return 1
}

/** The whole id of a build by its beginning. */
async function whole(builds: Builds, start: string | undefined): Promise<string> {
  if (start === undefined) throw new EngineError('invalid', 'which build? see "longshore builder history"')
  const found = (await builds.list()).filter(({ id }) => id.startsWith(start))
  if (found.length > 1) throw new EngineError('invalid', `several builds begin with ${start}`)
  if (found[0] === undefined) throw new EngineError('not-found', `no such build: ${start}`)
  return found[0].id
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line)
}
