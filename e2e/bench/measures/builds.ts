/** Builds beside dockerd's BuildKit: the same docker CLI 20.10 asks both; read in place is our own door. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findDockerClis } from '../../fixtures/docker-cli.ts'
import { freshFolder } from '../../fixtures/paths.ts'
import { run } from '../../fixtures/processes.ts'
import { type Contender, IMAGE } from '../contender.ts'
import { type Measure, timed } from './measure.ts'

const FOLDERS = 200
const FILES_EACH = 100
const STAGES = 8

/** A context on disk, and what one of its files says next. */
class Context {
  readonly folder = freshFolder('bench-build')
  #count = 0

  constructor(dockerfile: string) {
    this.put('Dockerfile', dockerfile)
  }

  put(name: string, text: string): void {
    const at = path.join(this.folder, name)
    mkdirSync(path.dirname(at), { recursive: true })
    writeFileSync(at, text)
  }

  /** Something that no build has seen. */
  change(name: string): void {
    this.put(name, `change ${++this.#count} of ${process.pid}\n`)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const TWELVE = [
  `FROM ${IMAGE}`,
  'WORKDIR /app',
  ...[1, 2, 3, 4].map((n) => `RUN echo ${n} > /step${n}`),
  'COPY package.json .',
  'RUN cat package.json > /installed',
  'COPY src src',
  'RUN cat src/* > /built',
  'ENV MODE=production',
  'CMD ["cat", "/built"]',
].join('\n')

function twelve(): Context {
  const context = new Context(TWELVE)
  context.put('package.json', '{}\n')
  for (let n = 0; n < 30; n++) context.put(`src/file${n}`, `${n}\n`)
  return context
}

function stages(): Context {
  const names = Array.from({ length: STAGES }, (_, n) => `stage${n}`)
  const each = names.map((name) => `FROM ${IMAGE} AS ${name}\nRUN echo ${name} > /out && sleep 0.2\n`)
  const copies = names.map((name) => `COPY --from=${name} /out /${name}\n`)
  return new Context(`${each.join('')}FROM ${IMAGE}\n${copies.join('')}`)
}

function large(): Context {
  const context = new Context(`FROM ${IMAGE}\nCOPY . /all\n`)
  for (let folder = 0; folder < FOLDERS; folder++) {
    for (let file = 0; file < FILES_EACH; file++) context.put(`d${folder}/f${file}`, `${folder} ${file}\n`)
  }
  return context
}

/** Milliseconds of `docker build` by BuildKit's client, which docker 20.10 has inside. */
async function byCli(on: Contender, { folder }: Context, ...flags: readonly string[]): Promise<number> {
  const cli = (await findDockerClis()).find(({ version }) => version.startsWith('20.10.'))
  if (cli === undefined) throw new Error('there is no docker CLI 20.10: apt-get install docker.io')
  const args = ['-H', `unix://${on.client.socket}`, 'build', '-q', '-t', 'bench-build', ...flags, folder]
  const env = { DOCKER_CONFIG: '/nonexistent', DOCKER_BUILDKIT: '1' }
  return timed(async () => {
    const { code, stderr } = await run(cli.path, args, { env })
    if (code !== 0) throw new Error(`${on.name}: docker build ended ${code}: ${stderr}`)
  })
}

/** By our own door, which reads the folder where it is; by the CLI where there is none. */
async function inPlace(on: Contender, context: Context): Promise<number> {
  if (on.name !== 'longshore') return byCli(on, context)
  const outputs = [{ kind: 'image', names: ['bench-build'] }]
  const start = { context: { kind: 'folder', path: context.folder }, title: 'bench', outputs }
  return timed(async () => {
    const answer = await on.client.post('/longshore/v1/builds', start)
    if (!answer.text.includes('"kind":"result"')) throw new Error(`the build answered ${answer.text}`)
  })
}

/** A row over a context that all contenders share, made when the first of them is prepared. */
function row(
  given: Pick<Measure, 'name' | 'target' | 'most'>,
  make: () => Context,
  once: (on: Contender, context: Context) => Promise<number>,
): Measure {
  let context: Context | null = null
  let users = 0
  return {
    ...given,
    heavy: true,
    async prepare() {
      context ??= make()
      users++
      return async () => {
        if (--users > 0) return
        context?.remove()
        context = null
      }
    },
    once: (on) => once(on, context as Context),
  }
}

const changed = (file: string, build: (on: Contender, context: Context) => Promise<number>) => {
  return (on: Contender, context: Context) => {
    context.change(file)
    return build(on, context)
  }
}

export const BUILDS: readonly Measure[] = [
  row({ name: 'build of 12 steps, nothing changed, docker CLI', target: 0.5 }, twelve, byCli),
  row({ name: 'build of 12 steps, nothing changed, in place', target: 0.1 }, twelve, inPlace),
  row(
    { name: 'build of 12 steps, one source file changed, docker CLI', target: 0.5, most: 10 },
    twelve,
    changed('src/file7', byCli),
  ),
  row(
    { name: `build of ${STAGES} independent stages, cold, docker CLI`, target: 0.8, most: 5 },
    stages,
    (on, context) => byCli(on, context, '--no-cache'),
  ),
  row(
    { name: 'build with 20,000 files, one changed, docker CLI', target: 0.4, most: 5 },
    large,
    changed('d7/f7', byCli),
  ),
  row(
    { name: 'build with 20,000 files, one changed, in place', target: 0.1, most: 5 },
    large,
    changed('d7/f7', inPlace),
  ),
]
