/** What a second build finds of the first, and what it says of the rest. */
import { expect, test } from 'vitest'
import type { Builder, Outcome } from './harness/builder.ts'
import { onEachBuilder } from './harness/cases.ts'
import type { BuildSpec } from './harness/spec.ts'

interface StepDetail {
  readonly name: string
  readonly now: { readonly state: string; readonly startedAt?: number; readonly completedAt?: number }
  readonly reason: { readonly kind: string; readonly text: string } | null
}

/** Names of the instructions that the plain progress calls CACHED, and of those that it does not. */
function told({ stdout, stderr }: Outcome): { readonly cached: string[]; readonly ran: string[] } {
  const lines = `${stdout}\n${stderr}`.split('\n')
  const names = new Map<string, string>()
  const cached = new Set<string>()
  for (const line of lines) {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? []
    if (text === 'CACHED') cached.add(number)
    const named = /^\[(?:\S+ )?\d+\/\d+\] ((?:RUN|COPY|ADD|WORKDIR) .*)/.exec(text)
    if (named?.[1]) names.set(number, named[1])
  }
  const of = (wanted: boolean) =>
    [...names].filter(([number]) => cached.has(number) === wanted).map(([, name]) => name)
  return { cached: of(true), ran: of(false) }
}

/** The steps of the newest build, by the instruction's words. Only our engine tells. */
async function steps(builder: Builder): Promise<ReadonlyMap<string, StepDetail>> {
  const [newest] = (await builder.api.get('/longshore/v1/builds')).json<{ id: string }[]>()
  const detail = await builder.api.get(`/longshore/v1/builds/${newest?.id}`)
  const { stepDetails } = detail.json<{ stepDetails: StepDetail[] }>()
  return new Map(stepDetails.map((step) => [step.name.replace(/^\[[^\]]*\] /, ''), step]))
}

async function reason(builder: Builder, name: string): Promise<string | undefined> {
  return (await steps(builder)).get(name)?.reason?.text
}

/** Kept apart from every other test by a word that stands in each. */
const LINE = (word: string): BuildSpec => ({
  dockerfile: `FROM busybox\nRUN echo ${word} > /deps\nCOPY app.txt /srv/\nRUN cat /srv/app.txt > /made\n`,
  files: { 'app.txt': 'one', other: 'other' },
})

onEachBuilder('a cache', (builder) => {
  const ours = builder.name === 'embedded'
  // Other clients name a folder by what their own settings hold, which are new in each run here.
  const compared = ours && builder.door === 'longshore'

  test('a second build of the same does nothing and gives the same image [11.01]', async () => {
    const first = await builder.build(LINE('again'))
    const second = await builder.build(LINE('again'), first.outcome.context)
    expect(told(second.outcome).ran).toEqual([])
    expect(told(second.outcome).cached).toHaveLength(3)
    expect(second.id).toBe(first.id)
  })

  test('what stands on a changed file runs anew, what stands before it does not [11.02] [11.04]', async () => {
    const { outcome } = await builder.build(LINE('cascade'))
    await outcome.context.put({ 'app.txt': 'two' })
    const second = await builder.build({ dockerfile: LINE('cascade').dockerfile ?? '' }, outcome.context)
    expect(told(second.outcome)).toEqual({
      cached: ['RUN echo cascade > /deps'],
      ran: ['COPY app.txt /srv/', 'RUN cat /srv/app.txt > /made'],
    })
    expect(second.text('/made')).toBe('two')
    if (!compared) return
    expect(await reason(builder, 'COPY app.txt /srv/')).toBe('app.txt changed')
    expect(await reason(builder, 'RUN cat /srv/app.txt > /made')).toMatch(/^what it stands on ran anew: /)
  })

  test('times of files and files that nobody copies change nothing; a mode does [11.03]', async () => {
    const spec = LINE('touched')
    const { outcome } = await builder.build(spec)
    const app = (more: object) => ({ 'app.txt': { kind: 'file' as const, content: 'one', ...more } })
    await outcome.context.put({ ...app({ mtime: 1_600_000_000 }), other: 'changed' })
    const dockerfile = spec.dockerfile ?? ''
    expect(told(await builder.run({ dockerfile }, outcome.context)).ran).toEqual([])
    await outcome.context.put(app({ mode: 0o755 }))
    expect(told(await builder.run({ dockerfile }, outcome.context)).ran).toHaveLength(2)
  })

  test('--no-cache runs everything, and says that it was asked to [07.07] [11.05]', async () => {
    const { outcome } = await builder.build(LINE('anew'))
    const second = await builder.build({ ...LINE('anew'), flags: ['--no-cache'] }, outcome.context)
    expect(told(second.outcome).cached).toEqual([])
    if (ours) expect(await reason(builder, 'RUN echo anew > /deps')).toBe('it was asked to run anew')
  })

  test('an argument that a command uses, and one that it does not [07.04]', async () => {
    const spec = (version: string) => ({
      dockerfile: 'FROM busybox\nRUN echo before\nARG VERSION\nRUN echo $VERSION > /v\n',
      flags: ['--build-arg', `VERSION=${version}`],
    })
    const { outcome } = await builder.build(spec('1.2'))
    const second = await builder.build(spec('1.3'), outcome.context)
    expect(told(second.outcome).cached).toEqual(['RUN echo before'])
    expect(second.text('/v')).toBe('1.3\n')
    if (!compared) return
    const texts = [...(await steps(builder)).values()].map((step) => step.reason?.text)
    expect(texts).toContain('ARG VERSION was 1.2, now 1.3')
  })

  test('stages that the target does not need are not built [07.13] [11.07]', async () => {
    const dockerfile =
      'FROM busybox AS bad\nRUN exit 9\nFROM busybox AS good\nRUN echo good > /g\nFROM good\nCOPY --from=bad / /bad\n'
    const { text } = await builder.build({ dockerfile, flags: ['--target', 'good'] })
    expect(text('/g')).toBe('good\n')
  })

  test('a secret changes nothing of what is in the cache', async () => {
    const spec = (value: string) => ({
      dockerfile:
        '# syntax=docker/dockerfile:1\nFROM busybox\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s\n',
      flags: ['--secret', 'id=s,src={beside}/secret'],
      files: { '../beside/secret': value },
    })
    if (!ours) return
    const { outcome } = await builder.build(spec('one'))
    expect(told(await builder.run(spec('other'), outcome.context)).ran).toEqual([])
  })
})

onEachBuilder('a solver', (builder) => {
  if (builder.name !== 'embedded') {
    test('is our own', () => undefined)
    return
  }

  test('stages that need nothing of each other run at the same time [11.06]', async () => {
    const stage = (name: string) => `FROM busybox AS ${name}\nRUN sleep 2; echo ${name} > /${name}\n`
    const names = ['a', 'b', 'c']
    const copies = names.map((name) => `COPY --from=${name} /${name} /\n`).join('')
    await builder.build({ dockerfile: `${names.map(stage).join('')}FROM scratch\n${copies}` })
    const all = await steps(builder)
    const times = names.map((name) => all.get(`RUN sleep 2; echo ${name} > /${name}`)?.now)
    const starts = times.map((now) => now?.startedAt ?? 0)
    const ends = times.map((now) => now?.completedAt ?? 0)
    expect(Math.max(...starts)).toBeLessThan(Math.min(...ends))
  })

  test('the same step of two builds runs once, also when the one that began it is cancelled', async () => {
    const dockerfile = { text: 'FROM busybox\nRUN echo begun; sleep 4; head -c 16 /dev/urandom > /once\n' }
    const begin = async (title: string) => {
      const outputs = [{ kind: 'image', names: [title] }]
      const json = { context: { kind: 'empty' }, dockerfile, title, outputs }
      return builder.api.stream('POST', '/longshore/v1/builds', { json })
    }
    const [first, second, third] = [await begin('first'), await begin('second'), await begin('third')]
    const ends = [second, third].map(async ({ body }) => {
      let text = ''
      for await (const chunk of body) text += String(chunk)
      return text
    })
    for await (const chunk of first.body) if (String(chunk).includes('begun')) break
    first.abort()
    for (const text of await Promise.all(ends)) {
      expect(text).toContain('"text":"begun\\n"')
      expect(text).toContain('"kind":"result"')
    }
    const [two, three] = [await builder.image('second'), await builder.image('third')]
    expect(two.config.rootfs).toEqual(three.config.rootfs)
    const builds = (await builder.api.get('/longshore/v1/builds')).json<{ title: string; state: string }[]>()
    expect(builds.find(({ title }) => title === 'first')?.state).toBe('cancelled')
  })

  test('a base that is only in a registry is not brought when the result is in the cache', async () => {
    const { registry } = await base(builder)
    const spec = { dockerfile: `FROM ${registry}/layered:1\nRUN echo kept > /kept\n` }
    const { outcome, id } = await builder.build(spec)
    // Its image goes; what was made of it is remembered.
    await builder.api.delete(`/images/${outcome.name}?force=1`)
    await builder.api.delete(`/images/${registry}/layered:1?force=1`)
    const again = await builder.build(spec, outcome.context)
    expect(again.id).toBe(id)
    const { status } = await builder.api.get(`/images/${registry}/layered:1/json`)
    expect(status).toBe(404)
    const from = [...(await steps(builder)).values()].find(({ name }) => name.includes('FROM'))
    expect(from?.now.state).toBe('cached')
  })

  test('a cache mount is there for the next build and for other stages, listed, and removed [11.08]', async () => {
    const mount = '--mount=type=cache,target=/pkg,id=packages'
    const spec = (n: number) => ({
      dockerfile: `FROM busybox AS one\nRUN ${mount} echo ${n} >> /pkg/list\nFROM busybox\nCOPY --from=one /bin/sh /one\nRUN ${mount} cp /pkg/list /list; : ${n}\n`,
    })
    await builder.build(spec(1))
    const second = await builder.build(spec(2))
    expect(second.text('/list')).toBe('1\n2\n')
    expect(second.files.has('/pkg/list')).toBe(false)
    type Item = { ID: string; Type: string; Size: number; Description: string }
    const usage = (await builder.api.get('/system/df')).json<{ BuildCache: Item[] }>()
    const item = usage.BuildCache.find(({ Type }) => Type === 'exec.cachemount')
    expect(item?.Description).toBe('cache mount with id "packages"')
    const filters = encodeURIComponent(JSON.stringify({ type: ['exec.cachemount'] }))
    const pruned = await builder.api.post(`/build/prune?all=1&filters=${filters}`)
    expect(pruned.json()).toMatchObject({ CachesDeleted: [item?.ID] })
    expect((await builder.build(spec(3))).text('/list')).toBe('3\n')
  })

  test('pruning empties it, gives the bytes back and is told of by the next build [11.09]', async () => {
    const spec = {
      dockerfile: 'FROM busybox\nRUN head -c 3000000 /dev/zero > /big\n',
    }
    const { outcome } = await builder.build(spec)
    await builder.api.delete(`/images/${outcome.name}?force=1`)
    const usage = (await builder.api.get('/system/df')).json<{ BuildCache: { Size: number }[] }>()
    expect(usage.BuildCache.some(({ Size }) => Size >= 3_000_000)).toBe(true)
    const pruned = await builder.api.post('/build/prune?all=1')
    const { CachesDeleted, SpaceReclaimed } = pruned.json<{
      CachesDeleted: string[]
      SpaceReclaimed: number
    }>()
    expect(CachesDeleted.length).toBeGreaterThan(0)
    expect(SpaceReclaimed).toBeGreaterThanOrEqual(3_000_000)
    const after = (await builder.api.get('/system/df')).json<{ BuildCache: unknown[] }>()
    expect(after.BuildCache).toEqual([])
    await builder.build(spec, outcome.context)
    expect(await reason(builder, 'RUN head -c 3000000 /dev/zero > /big')).toMatch(
      /^its cache entry was given up on \d{4}-\d\d-\d\d \d\d:\d\d: pruned$/,
    )
  })
})

/** The registry of the tests, by an image that came from it. */
async function base(builder: Builder): Promise<{ readonly registry: string }> {
  const images = (await builder.api.get('/images/json')).json<{ RepoTags: string[] }[]>()
  const tag = images.flatMap(({ RepoTags }) => RepoTags).find((name) => /^[^/]*:\d+\/layered:1$/.test(name))
  if (tag === undefined) throw new Error('no image of the registry is here')
  return { registry: tag.slice(0, tag.indexOf('/')) }
}
