/** `POST /build` as Docker's classic builder answers it: raw, by the docker CLI, and the same on dockerd. */

import { expect, test } from 'vitest'
import { type Answer, Client } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { tar } from '../fixtures/tar.ts'
import type { Builder } from './harness/builder.ts'
import { onEachBuilder } from './harness/cases.ts'
import { bzip2, gzip, xz, zstd } from './harness/compress.ts'

interface Line {
  readonly stream?: string
  readonly error?: string
  readonly errorDetail?: { readonly code?: number; readonly message: string }
  readonly aux?: { readonly ID: string }
}

/** Text of the answer as it would be shown, ids aside; the stdout and stderr of a step come in any order. */
function shown(answer: Answer): string {
  return answer
    .lines<Line>()
    .map((line) => line.stream ?? '')
    .join('')
    .replace(/(?<=(Running in|container|--->|built) )[0-9a-f]{12}/g, 'ID')
}

function context(dockerfile: string, files: Readonly<Record<string, string>> = {}): Buffer {
  const all = { Dockerfile: dockerfile, ...files }
  return tar(Object.entries(all).map(([path, content]) => ({ path, content })))
}

onEachBuilder('POST /build', (builder) => {
  const api = new Client(builder.engine.socket, '/v1.41')
  const post = (query: string, body: Uint8Array | string) =>
    api.request('POST', `/build?${query}`, { body, headers: { 'Content-Type': 'application/x-tar' } })
  const encoded = (value: unknown) => encodeURIComponent(JSON.stringify(value))
  const config = async (name: string) =>
    (await api.get(`/images/${name}/json`)).json<{
      Id: string
      RepoTags: string[]
      Config: { Labels: Record<string, string> | null; Env: string[] }
    }>()

  test('tells each instruction, the image and its names as lines [07.02] [08.39]', async () => {
    const dockerfile =
      'FROM busybox AS one\nRUN echo said > /one\nFROM one\nENV A=b\nRUN cat /one\nCMD ["sh"]\n'
    const answer = await post('t=lines&t=lines:2', context(dockerfile))
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    const lines = shown(answer).split('\n')
    expect(lines.filter((line) => line.startsWith('Step '))).toEqual([
      'Step 1/6 : FROM busybox AS one',
      'Step 2/6 : RUN echo said > /one',
      'Step 3/6 : FROM one',
      'Step 4/6 : ENV A=b',
      'Step 5/6 : RUN cat /one',
      'Step 6/6 : CMD ["sh"]',
    ])
    const run = lines.slice(lines.indexOf('Step 5/6 : RUN cat /one'), lines.indexOf('Step 6/6 : CMD ["sh"]'))
    expect(run.slice(1)).toEqual([
      ...[' ---> Running in ID', 'said', 'Removing intermediate container ID', ' ---> ID'],
    ])
    expect(lines.slice(-5)).toEqual([
      ...[' ---> ID', 'Successfully built ID', 'Successfully tagged lines:latest'],
      ...['Successfully tagged lines:2', ''],
    ])
    const { Id, RepoTags } = await config('lines')
    expect(answer.lines<Line>().findLast(({ aux }) => aux)?.aux?.ID).toBe(Id)
    expect(RepoTags.toSorted()).toEqual(['lines:2', 'lines:latest'])
  })

  test('says what was cached, and with nocache runs it again [07.07] [11.01] [11.05]', async () => {
    const body = context('FROM busybox\nRUN echo once\nLABEL a=b\n')
    await post('t=cached', body)
    const again = shown(await post('t=cached', body))
    expect(again.match(/ ---> Using cache\n/g)).toHaveLength(2)
    expect(again).not.toContain('Running in')
    const anew = shown(await post('t=cached&nocache=1', body))
    expect(anew).toContain(' ---> Running in ID\nonce\n')
  })

  test('tells a failed command with its code, as a line of an answer that had begun [08.04]', async () => {
    const answer = await post('', context('FROM busybox\nRUN echo heard; exit 9\n'))
    expect(answer.status).toBe(200)
    expect(shown(answer)).toContain('heard\n')
    const message = "The command '/bin/sh -c echo heard; exit 9' returned a non-zero code: 9"
    expect(answer.lines<Line>().at(-1)).toEqual({ errorDetail: { code: 9, message }, error: message })
  })

  test('refuses what cannot be built, before it answers', async () => {
    const broken = await post('', context('FROM busybox\nFOO bar\n'))
    expect(broken.status).toBe(400)
    expect(broken.json<{ message: string }>().message).toMatch(
      /^dockerfile parse error line 2: unknown instruction: FOO/,
    )
    const target = await post('target=nowhere', context('FROM busybox\n'))
    expect(target.status).toBe(400)
    expect(target.text).toContain('failed to reach build target nowhere in Dockerfile')
    const missing = await post('dockerfile=other', context('FROM busybox\n'))
    expect(missing.status).toBeGreaterThanOrEqual(400)
    expect(missing.json()).toEqual({ message: 'Cannot locate specified Dockerfile: other' })
  })

  test('q tells the id alone, and everything of a build that failed [07.10]', async () => {
    const quiet = await post('t=quiet&q=1', context('FROM busybox\nLABEL x=quiet\n'))
    expect(quiet.lines()).toEqual([{ stream: `${(await config('quiet')).Id}\n` }])
    const failed = await post('q=1', context('FROM busybox\nRUN echo why; false\n'))
    expect(shown(failed)).toContain('why\n')
    expect(failed.text).toContain('"errorDetail"')
  })

  test('takes arguments, labels, a target and a name of the Dockerfile [07.03] [07.04] [07.06] [07.13]', async () => {
    const dockerfile = 'FROM busybox AS base\nARG A=none\nARG N=none\nENV GOT=$A-$N\nFROM base\nRUN false\n'
    const query = [
      't=options&target=base&dockerfile=sub/File',
      `buildargs=${encoded({ A: 'given', N: null, unused: '1' })}&labels=${encoded({ l: 'm' })}`,
    ].join('&')
    const answer = await post(query, context('FROM nothing\n', { 'sub/File': dockerfile }))
    expect(shown(answer)).toContain('[Warning] One or more build-args [unused] were not consumed\n')
    const { Config } = await config('options')
    expect(Config.Env).toContain('GOT=given-none')
    expect(Config.Labels).toEqual({ l: 'm' })
  })

  test('gives commands their limits, hosts, network and memory for sharing [07.11]', async () => {
    const dockerfile =
      'FROM busybox\nRUN ulimit -n; grep -c build-host /etc/hosts; df -k /dev/shm | tail -1; ls /sys/class/net\n'
    const ulimits = encoded([{ Name: 'nofile', Soft: 345, Hard: 345 }])
    const query = `extrahosts=build-host:10.1.2.3&shmsize=8388608&ulimits=${ulimits}&networkmode=none`
    const said = shown(await post(query, context(dockerfile)))
    expect(said).toMatch(/\n345\n1\n.* 8192 .*\nlo\n/)
    expect((await api.get('/containers/json?all=1')).json()).toEqual([])
  })

  for (const [name, compress] of Object.entries({ gzip, bzip2, xz }))
    test(`takes a context packed by ${name} [10.03]`, async () => {
      const body = await compress(context('FROM busybox\nCOPY a /a\n', { a: name }))
      expect(shown(await post(`t=packed-${name}`, body))).toContain(
        `Successfully tagged packed-${name}:latest\n`,
      )
      expect((await builder.image(`packed-${name}`)).text('/a')).toBe(name)
    })

  test('a client that leaves ends the build', async () => {
    const marker = `${7_000_000 + Math.floor(Math.random() * 1_000_000)}`
    const stream = await api.stream('POST', '/build', {
      body: context(`FROM busybox\nRUN sleep ${marker}\n`),
      headers: { 'Content-Type': 'application/x-tar' },
    })
    let said = ''
    stream.body.on('data', (data) => {
      said += data
    })
    stream.body.on('error', () => {})
    await until('the command', async () => said.includes('Running in'))
    await until('its process', async () => (await sleeping(marker)) > 0)
    stream.abort()
    await until('its end', async () => (await sleeping(marker)) === 0)
  })

  if (builder.name !== 'dockerd') onlyHere(builder, post)
})

function onlyHere(builder: Builder, post: (query: string, body: Uint8Array | string) => Promise<Answer>) {
  test('takes a context packed by zstd, and a Dockerfile that is no archive [10.03] [10.04]', async () => {
    const packed = await zstd(context('FROM busybox\nCOPY a /a\n', { a: 'zstd' }))
    await post('t=packed-zstd', packed)
    expect((await builder.image('packed-zstd')).text('/a')).toBe('zstd')
    expect((await post('t=alone', 'FROM busybox\nENV ALONE=yes\n')).status).toBe(200)
    expect((await builder.image('alone')).config.config.Env).toContain('ALONE=yes')
  })

  // dockerd leaves this to whoever packs the archive; a build of BuildKit's does it as here.
  test('leaves out what the ignore file names, and what it brings back [10.16] [10.17]', async () => {
    const files = { '.dockerignore': '# none\n*.log\n!keep.log\n', 'a.log': 'a', 'keep.log': 'k', b: 'b' }
    await post('t=ignored', context('FROM busybox\nCOPY . /in/\n', files))
    const names = [...(await builder.image('ignored')).files.keys()].filter((name) => name.startsWith('/in/'))
    expect(names.toSorted()).toEqual(['/in/.dockerignore', '/in/Dockerfile', '/in/b', '/in/keep.log'])
  })

  test('squash makes one layer of what is new [07.12]', async () => {
    await post('t=squashed&squash=1', context('FROM busybox\nRUN echo a > /a\nRUN rm /a; echo b > /b\n'))
    const [base, squashed] = [await builder.image('busybox'), await builder.image('squashed')]
    expect(squashed.layers).toHaveLength(base.layers.length + 1)
    expect(squashed.text('/b')).toBe('b\n')
    expect(squashed.files.has('/a')).toBe(false)
  })
}

/** How many processes of the machine sleep so long. */
async function sleeping(marker: string): Promise<number> {
  const { readdirSync, readFileSync } = await import('node:fs')
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`sleep\0${marker}`)
    } catch {
      return false
    }
  }).length
}

onEachBuilder('docker build, the classic way', (given) => {
  const builder = given.through('classic')

  test('a folder, with several names and a Dockerfile elsewhere [07.01] [07.02] [07.03] [10.01]', async () => {
    const files = { a: 'file', 'docker/File': 'FROM busybox\nCOPY a /a\n' }
    const image = await builder.build({ files, flags: ['-f', 'docker/File', '-t', 'named:2'] })
    expect(image.text('/a')).toBe('file')
    expect((await builder.image('named:2')).id).toBe(image.id)
  })

  test('a Dockerfile on standard input, with and without a context [10.02] [10.04] [10.05]', async () => {
    const alone = await builder.build({ path: '-', stdin: 'FROM busybox\nENV FROM=stdin\n' })
    expect(alone.config.config.Env).toContain('FROM=stdin')
    const spec = { files: { a: 'here' }, flags: ['-f-'], stdin: 'FROM busybox\nCOPY a /b\n' }
    expect((await builder.build(spec)).text('/b')).toBe('here')
    expect(await builder.fail({ path: '-', stdin: 'FROM busybox\nCOPY a /b\n' })).toMatch(/COPY|not found/)
  })

  test('an archive on standard input [10.03]', async () => {
    const image = await builder.build({
      path: '-',
      stdin: await gzip(context('FROM busybox\nCOPY a /\n', { a: 'packed' })),
    })
    expect(image.text('/a')).toBe('packed')
  })

  test('a failed command is its own exit code [08.04]', async () => {
    const outcome = await builder.run({ dockerfile: 'FROM busybox\nRUN exit 5\n' })
    expect(outcome.code).toBe(5)
    expect(outcome.stderr).toContain("The command '/bin/sh -c exit 5' returned a non-zero code: 5")
  })

  test('-q says the id alone, and --iidfile keeps it [07.10]', async () => {
    const outcome = await builder.run({ dockerfile: 'FROM busybox\nENV Q=1\n', flags: ['-q'] })
    expect(outcome).toMatchObject({ code: 0, stdout: `${(await builder.image(outcome.name)).id}\n` })
  })
})
