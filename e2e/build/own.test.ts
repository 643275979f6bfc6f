/** Building beside Docker's API: /longshore/v1/builds and /longshore/v1/build-cache, over raw HTTP. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { readTar } from '../fixtures/read-tar.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'
import type { Context } from './harness/context.ts'

interface Line {
  readonly kind: string
  readonly id?: string
  readonly text?: string
  readonly now?: { readonly state: string }
  readonly reason?: { readonly kind: string; readonly text: string } | null
  readonly result?: { readonly imageId: string; readonly names: readonly string[] }
  readonly failure?: { readonly kind: string; readonly message: string; readonly step: string | null }
}

interface Summary {
  readonly id: string
  readonly title: string
  readonly state: string
  readonly names: readonly string[]
  readonly error: string | null
}

onEachBuilder('building beside the API of Docker', (builder) => {
  if (builder.name === 'dockerd') {
    test('dockerd has none of it', async () => {
      expect((await builder.api.get('/longshore/v1/builds')).status).toBe(404)
    })
    return
  }
  const api = new Client(builder.engine.socket, '')
  const BUILDS = '/longshore/v1/builds'
  const CACHE = '/longshore/v1/build-cache'
  const start = (wish: object, more: Uint8Array = Buffer.alloc(0)) =>
    api.request('POST', BUILDS, { body: Buffer.concat([Buffer.from(`${JSON.stringify(wish)}\n`), more]) })
  const image = (name: string) => [{ kind: 'image', names: [name], push: false }]
  const text = (dockerfile: string) => ({ context: { kind: 'empty' }, dockerfile: { text: dockerfile } })
  const idOf = (lines: readonly Line[]) => lines[0]?.id ?? ''

  test('a folder is read in place, its steps told with their reasons, and remembered [10.01] [11.01] [11.04]', async () => {
    const made = await builder.context({
      Dockerfile: 'FROM busybox\nCOPY a /a\nRUN cat /a\n',
      a: 'one\n',
    })
    const folder = forAll(made).path
    const wish = { title: 'shop', context: { kind: 'folder', path: folder }, outputs: image('own:1') }
    const first = await start(wish)
    expect(first.status).toBe(200)
    const lines = first.lines<Line>()
    expect(lines[0]).toMatchObject({ kind: 'started', id: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(
      lines
        .filter(({ kind }) => kind === 'log')
        .map((line) => line.text)
        .join(''),
    ).toBe('one\n')
    expect(lines.at(-1)).toMatchObject({ kind: 'result', result: { names: ['own:1'] } })

    writeFileSync(path.join(folder, 'a'), 'two\n')
    const second = (await start(wish)).lines<Line>()
    const reasons = second.flatMap(({ reason }) => (reason ? [`${reason.kind}: ${reason.text}`] : []))
    expect(reasons.join('\n')).toMatch(/changed: .*\ba\b/)

    const list = (await api.get(BUILDS)).json<Summary[]>()
    expect(list.map(({ id }) => id).slice(0, 2)).toEqual([idOf(second), idOf(lines)])
    expect(list[0]).toMatchObject({ title: 'shop', state: 'done', names: ['own:1'], error: null })
    const detail = (await api.get(`${BUILDS}/${idOf(lines)}`)).json<{
      dockerfile: { text: string }
      stepDetails: { name: string; now: { state: string } }[]
    }>()
    expect(detail.dockerfile.text).toContain('COPY a /a')
    expect(detail.stepDetails.map(({ name }) => name)).toContain('[3/3] RUN cat /a')
    const replayed = (await api.get(`${BUILDS}/${idOf(lines)}/events`)).lines<Line>()
    expect(replayed).toEqual(lines.slice(1))
    expect((await api.delete(`${BUILDS}/${idOf(lines)}`)).status).toBe(204)
    expect((await api.get(`${BUILDS}/${idOf(lines)}`)).status).toBe(404)
  })

  test('a context comes behind the request, a secret in it, and neither is kept [09.04] [10.03]', async () => {
    const value = `nobody-knows-${Date.now()}`
    const context = tar([
      {
        path: 'Dockerfile',
        content: 'FROM busybox\nCOPY a /a\nRUN --mount=type=secret,id=k wc -c < /run/secrets/k\n',
      },
      { path: 'a', content: 'sent' },
    ])
    const wish = {
      ...{ context: { kind: 'body' }, outputs: image('own:2') },
      secrets: [{ id: 'k', base64: Buffer.from(value).toString('base64') }],
    }
    const lines = (await start(wish, context)).lines<Line>()
    expect(lines.at(-1)).toMatchObject({ kind: 'result' })
    expect(
      lines
        .filter(({ kind }) => kind === 'log')
        .map((line) => line.text)
        .join(''),
    ).toContain(`${value.length}`)
    expect((await builder.image('own:2')).text('/a')).toBe('sent')
    expect(holding(builder.engine.root, [value, wish.secrets[0]?.base64 ?? value])).toEqual([])
    expect(readdirSync(path.join(builder.engine.root, 'build-contexts/scratch'))).toEqual([])
  })

  test('results go to a folder, an archive, and to whoever fetches them [07.14] [12.01]', async () => {
    const { beside } = forAll(await builder.context({}))
    const outputs = [
      { kind: 'local', to: { kind: 'path', path: path.join(beside, 'out') } },
      { kind: 'tar', to: { kind: 'path', path: path.join(beside, 'out.tar') } },
      { kind: 'tar', to: { kind: 'stream' } },
    ]
    const dockerfile =
      'FROM busybox AS one\nRUN mkdir /o && echo x > /o/file\nFROM scratch\nCOPY --from=one /o/ /\n'
    const answer = await api.stream('POST', BUILDS, {
      body: `${JSON.stringify({ ...text(dockerfile), outputs })}\n`,
    })
    let said = ''
    answer.body.on('data', (data) => {
      said += data
    })
    await until('its name', async () => said.includes('\n'))
    const { id } = JSON.parse(said.split('\n')[0] ?? '') as { id: string }
    const fetched = await api.get(`${BUILDS}/${id}/outputs/2`)
    expect(fetched.headers['content-type']).toBe('application/x-tar')
    expect(readTar(fetched.body).map((entry) => entry.path)).toEqual(['file'])
    await until('the end', async () => said.includes('"kind":"result"'))
    expect(readFileSync(path.join(beside, 'out/file'), 'utf8')).toBe('x\n')
    expect(existsSync(path.join(beside, 'out.tar'))).toBe(true)
    expect((await api.get(`${BUILDS}/${id}/outputs/2`)).status).toBe(404)
  })

  test('a detached build is followed and cancelled by its name', async () => {
    const wish = { ...text('FROM busybox\nRUN echo begun; sleep 1000\n'), detached: true }
    const id = idOf((await start(wish)).lines<Line>())
    const stream = await api.stream('GET', `${BUILDS}/${id}/events?follow=1`)
    let said = ''
    stream.body.on('data', (data) => {
      said += data
    })
    await until('the command', async () => said.includes('begun'))
    expect((await api.delete(`${BUILDS}/${id}`)).status).toBe(409)
    expect((await api.post(`${BUILDS}/${id}/cancel`)).status).toBe(204)
    await until('the end', async () => said.includes('"failed"'))
    expect((await api.get(`${BUILDS}/${id}`)).json<Summary>()).toMatchObject({ state: 'cancelled' })
  })

  test('whoever leaves the answer cancels the build', async () => {
    const stream = await api.stream('POST', BUILDS, {
      body: `${JSON.stringify(text('FROM busybox\nRUN echo begun; sleep 1000\n'))}\n`,
    })
    let said = ''
    stream.body.on('data', (data) => {
      said += data
    })
    stream.body.on('error', () => {})
    await until('the command', async () => said.includes('begun'))
    const { id } = JSON.parse(said.split('\n')[0] ?? '') as { id: string }
    stream.abort()
    await until(
      'the end',
      async () => (await api.get(`${BUILDS}/${id}`)).json<Summary>().state === 'cancelled',
    )
  })

  test('what a failed step left can be entered, with its variables, folder, user and caches [08.04]', async () => {
    const dockerfile = [
      'FROM busybox',
      'WORKDIR /work',
      'ENV FROM_FILE=yes',
      'ARG GIVEN=argument',
      'USER 1000',
      'RUN --mount=type=cache,target=/kept,uid=1000 echo half > /tmp/half; echo cached > /kept/file; exit 3',
    ].join('\n')
    const failed = (await start(text(dockerfile))).lines<Line>()
    const { failure } = failed.at(-1) ?? {}
    expect(failure).toMatchObject({ kind: 'failed', message: expect.stringContaining('exit code: 3') })
    const at = `${BUILDS}/${idOf(failed)}/steps`
    const nameless = async () =>
      (await builder.api.get('/images/json?filters={"dangling":["true"]}')).json<{ Id: string }[]>().length
    const before = await nameless()
    const answer = await api.post(`${at}/${failure?.step}/shell`)
    expect(answer, answer.text).toMatchObject({ status: 201 })
    const { containerId } = answer.json<{ containerId: string }>()
    expect((await builder.api.post(`/containers/${containerId}/start`)).status).toBe(204)
    const look = 'cat /tmp/half /kept/file; pwd; id -u; echo $FROM_FILE $GIVEN'
    const made = await builder.api.post(`/containers/${containerId}/exec`, {
      ...{ Cmd: ['sh', '-c', look], AttachStdout: true, AttachStderr: true, Tty: true },
    })
    const { Id } = made.json<{ Id: string }>()
    const said = await builder.api.post(`/exec/${Id}/start`, { Tty: true })
    expect(said.text.replaceAll('\r', '')).toBe('half\ncached\n/work\n1000\nyes argument\n')
    expect((await builder.api.delete(`/containers/${containerId}?force=1`)).status).toBe(204)
    expect(await nameless()).toBe(before)
    expect((await api.post(`${at}/none/shell`)).status).toBe(404)
  })

  test('a Dockerfile is checked without a build', async () => {
    const found = await api.post(`${BUILDS}/check`, { text: 'FROM busybox as one\nFOO bar\n' })
    expect(found.json<{ rule: string; severity: string; range: object }[]>()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          severity: 'error',
          message: expect.stringContaining('unknown instruction: FOO'),
        }),
        expect.objectContaining({ severity: 'warning', rule: 'FromAsCasing' }),
      ]),
    )
  })

  test('a cache of RUN is listed, fetched and removed [09.01] [11.08]', async () => {
    const run = 'RUN --mount=type=cache,target=/var/cache/x echo kept > /var/cache/x/file\n'
    await start(text(`FROM busybox\n${run}`))
    const mounts = (await api.get(`${CACHE}/mounts`)).json<{ id: string; name: string; bytes: number }[]>()
    const mine = mounts.find(({ id }) => id === '/var/cache/x')
    expect(mine).toMatchObject({ name: expect.stringMatching(/^[0-9a-f]+$/) })
    const at = `${CACHE}/mounts/${encodeURIComponent('/var/cache/x')}`
    const archive = readTar((await api.get(`${at}/archive`)).body)
    expect(archive.map((entry) => [entry.path, entry.content.toString()])).toEqual([['file', 'kept\n']])
    expect((await api.delete(at)).status).toBe(204)
    expect((await api.delete(at)).status).toBe(404)
  })

  test('what is kept tells why, and a plan says what goes before it does [11.09]', async () => {
    await start(text(`FROM busybox\nRUN echo ${Date.now()}\nRUN echo second\n`))
    const records = (await api.get(CACHE)).json<{ id: string; keptBecause: string }[]>()
    expect(records.length).toBeGreaterThan(0)
    for (const { keptBecause } of records) expect(keptBecause).not.toBe('')
    const plan = (await api.post(`${CACHE}/prune/plan`, { all: true })).json<{
      remove: { id: string; reason: string }[]
    }>()
    const ids = plan.remove.map(({ id }) => id)
    const pruned = (await api.post(`${CACHE}/prune`, { ids })).json<{ removed: string[]; left: object[] }>()
    expect(pruned.removed.toSorted()).toEqual(ids.toSorted())
    expect(pruned.left).toEqual([])
  })

  test('what cannot be is refused before it begins', async () => {
    for (const [wish, words] of [
      [{}, /a context needs a kind/],
      [{ context: { kind: 'folder', path: 'relative' } }, /must be absolute/],
      [{ context: { kind: 'folder', path: '/no/such' } }, /does not exist/],
      [{ ...text('FROM busybox'), outputs: [{ kind: 'odd' }] }, /is no kind of output/],
      [{ ...text('FROM busybox'), platform: 'a/b/c/d' }, /platform/],
      [{ ...text('FROM busybox'), allow: ['everything'] }, /cannot be allowed/],
    ] as const) {
      const answer = await start(wish)
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
      expect(answer.json<{ message: string }>().message).toMatch(words)
    }
    expect((await api.request('POST', BUILDS, { body: 'no json' })).status).toBe(400)
  })
})

/** The same context, open to an engine that runs as another user. */
function forAll(context: Context): Context {
  chmodSync(path.dirname(context.path), 0o755)
  chmodSync(context.beside, 0o777)
  return context
}

/** Files below a folder that hold one of these texts. */
function holding(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      try {
        const bytes = readFileSync(file)
        return texts.some((each) => bytes.includes(each))
      } catch {
        return false
      }
    })
}
