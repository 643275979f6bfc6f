/** Builds that are killed, cancelled and fail: what they leave, and what they must not. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { freshFolder } from '../fixtures/paths.ts'
import { delay, until } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, IMAGE, randomNumbers, repeats } from './harness.ts'

/** Kills of `npm test`; the soak repeats them. */
const KILLS = 3

const { engine, api } = await engineWithImage()
const folder = freshFolder('builds')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Event {
  readonly kind: string
  readonly id?: string
  readonly result?: { readonly imageId: string }
  readonly failure?: { readonly kind: string; readonly message: string }
}

interface Ended {
  readonly events: readonly Event[]
  readonly imageId: string | null
  readonly failure: Event['failure'] | null
}

/** Builds from a folder through our own door; a connection that breaks ends it without an answer. */
async function build(dockerfile: string, more: object = {}): Promise<Ended> {
  const context = path.join(folder, 'context')
  mkdirSync(context, { recursive: true })
  writeFileSync(path.join(context, 'app.txt'), 'the application\n')
  const start = {
    ...{ context: { kind: 'folder', path: context }, dockerfile: { text: dockerfile }, title: 'fault' },
    ...{ sourceDateEpoch: 1_700_000_000, ...more },
  }
  const answer = await api.post('/longshore/v1/builds', start)
  if (answer.status !== 200) throw new Error(`the build answered ${answer.status}: ${answer.text}`)
  const events = answer.lines<Event>()
  const imageId = events.find(({ kind }) => kind === 'result')?.result?.imageId ?? null
  return { events, imageId, failure: events.find(({ kind }) => kind === 'failed')?.failure ?? null }
}

interface Summary {
  readonly id: string
  readonly state: string
  readonly error: string | null
}

async function history(): Promise<readonly Summary[]> {
  return (await api.get('/longshore/v1/builds')).json<Summary[]>()
}

const stage = (name: string) =>
  `FROM ${IMAGE} AS ${name}\nRUN for i in 1 2 3 4 5 6; do echo ${name} $i >> /${name}; sleep 0.1; done\n` +
  `COPY app.txt /app/\nRUN cat /app/app.txt /${name} > /out\n`
const MANY = `${stage('one')}${stage('two')}FROM ${IMAGE}\nCOPY --from=one /out /one\nCOPY --from=two /out /two\n`

describe('a build', () => {
  test('killed with its engine at any moment: the cache is right, and the next gives the same image [11.01]', async () => {
    const random = randomNumbers('kill-builds')
    const { imageId } = await build(MANY)
    expect(imageId).toMatch(/^sha256:/)
    for (let kill = 0; kill < KILLS * repeats; kill++) {
      await api.post('/build/prune?all=1')
      const under = build(MANY).then(
        () => 'ended',
        () => 'killed',
      )
      await delay(random(2500))
      await engine.kill()
      const how = await under
      await engine.start()
      await expectSound(engine, `kill ${kill}: the build ${how}`)
      if (how === 'killed') {
        const [newest] = await history()
        expect(newest?.state).toMatch(/^(failed|done)$/)
      }
      const again = await build(MANY)
      expect(again.imageId, `kill ${kill}: ${JSON.stringify(again.failure)}`).toBe(imageId)
      await expectSound(engine, `after kill ${kill}`, ['--deep'])
    }
  })

  test('whose client leaves is cancelled, and leaves nothing', async () => {
    const stream = await api.stream('POST', '/longshore/v1/builds', {
      json: {
        ...{ context: { kind: 'empty' }, title: 'left' },
        dockerfile: { text: `FROM ${IMAGE}\nRUN echo begun; sleep 600\n` },
      },
    })
    let seen = ''
    for await (const chunk of stream.body) {
      seen += String(chunk)
      if (seen.includes('begun\\n')) break
    }
    stream.abort()
    const ended = await until('the build is cancelled', async () => {
      const [newest] = await history()
      return newest?.state === 'cancelled' ? newest : null
    })
    expect(ended.error).toBe('the build was cancelled')
    await expectSound(engine, 'after a cancelled build')
  })
})

describe('a secret', () => {
  const secret = randomBytes(24).toString('hex')
  const secrets = [{ id: 'token', base64: Buffer.from(secret).toString('base64') }]
  const use = 'RUN --mount=type=secret,id=token,required=true test $(wc -c < /run/secrets/token) = 48'

  test('is in no file of the engine after a build, a failed one and a killed one [07.17]', async () => {
    const text = (more: string) => `FROM ${IMAGE}\n${use} && echo used > /used\n${more}`
    const done = await build(text('CMD ["true"]\n'), {
      secrets,
      outputs: [{ kind: 'image', names: ['s:1'] }],
    })
    expect(done.failure).toBeNull()
    expect(where(secret)).toEqual([])
    const failed = await build(text('RUN exit 9\n'), { secrets })
    expect(failed.failure?.message).toContain('exit code: 9')
    expect(where(secret)).toEqual([])
    const under = build(`FROM ${IMAGE}\n${use}; sleep 30\n`, { secrets }).catch(() => null)
    await delay(1_000)
    await engine.kill()
    await under
    expect(where(secret)).toEqual([])
    await engine.start()
    expect(where(secret)).toEqual([])
    await expectSound(engine, 'after a build with a secret was killed')
  })
})

/** Files of the disk below the engine's root that hold `text`, compressed ones unpacked; what is in memory alone is not there. */
function where(text: string): string[] {
  const found: string[] = []
  const disk = statSync(engine.root).dev
  const visit = (at: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const name = path.join(at, entry.name)
      if (entry.isDirectory() && statSync(name).dev === disk) visit(name)
      else if (entry.isFile() && plain(readFileSync(name)).includes(text)) found.push(name)
    }
  }
  visit(engine.root)
  return found
}

function plain(bytes: Buffer): Buffer {
  if (bytes.length < 4) return bytes
  try {
    if (bytes.readUInt16BE(0) === 0x1f8b) return gunzipSync(bytes)
    if (bytes.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(bytes)
  } catch {
    return bytes // what only looks compressed
  }
  return bytes
}
