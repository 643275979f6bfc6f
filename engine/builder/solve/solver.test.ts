import { beforeEach, describe, expect, test } from 'vitest'
import { CommandFailed } from './performer.ts'
import { context, copy, image, run, step, World } from './scripted-world.ts'

let world: World
beforeEach(() => {
  world = new World()
})

/** FROM, RUN, COPY of a file, RUN. `origin` has to be the same in each build. */
function line({ command = 'make', file = 'app.ts', base = 'busybox', args = [] as string[] } = {}) {
  const at = (ordinal: number) => ({ origin: { stage: 'build', ordinal, text: '', range: null } })
  const env = args.map((arg) => arg)
  const argNames = args.map((arg) => arg.slice(0, arg.indexOf('=')))
  return [
    step('from', image(base), [], at(1)),
    step('context', context, [], { origin: null }),
    step('deps', run('install'), ['from'], at(2)),
    step('copy', copy(file), ['deps', 'context'], at(3)),
    step('make', run(command, { env, argNames }), ['copy'], at(4)),
  ]
}

describe('what runs', () => {
  test('everything the first time, inputs first; nothing but the context the second [11.01]', async () => {
    const first = await world.build(line(), 'make')
    expect(first.error).toBeNull()
    expect(first.ran.toSorted()).toEqual(['context', 'copy', 'deps', 'from', 'make'])
    expect(first.ran.indexOf('make')).toBe(4)
    const second = await world.build(line(), 'make')
    expect(second.ran.toSorted()).toEqual(['context'])
    expect(second.solved?.value).toEqual(first.solved?.value)
    expect([...second.ends.values()].filter((end) => end.startsWith('cached'))).toHaveLength(4)
  })

  test('a change runs what stands on it and nothing before it [11.02] [11.04]', async () => {
    await world.build(line(), 'make')
    world.script.files = { 'app.ts': 'changed' }
    const { ran, ends } = await world.build(line(), 'make')
    expect(ran).toEqual(['context', 'copy', 'make'])
    expect(ends.get('copy')).toBe('done: app.ts changed')
    expect(ends.get('make')).toBe('done: what it stands on ran anew: copy')
    expect(ends.get('deps')).toMatch(/^cached/)
  })

  test('the same bytes from a renamed source are the same [11.03]', async () => {
    world.script.files = { 'a.ts': 'same', 'b.ts': 'same' }
    await world.build(line({ file: 'a.ts' }), 'make')
    const { ran } = await world.build(line({ file: 'b.ts' }), 'make')
    expect(ran).toEqual(['context'])
  })

  test('an image is not even asked for its files when what is made of it is cached', async () => {
    const steps = [step('from', image('x')), step('a', run('a'), ['from']), step('b', run('b'), ['a'])]
    await world.build(steps, 'b')
    const { ran, ends } = await world.build(steps, 'b')
    expect(ran).toEqual([])
    expect(ends.get('from')).toBe('cached: what is made of it was in the cache')
  })

  test('a result outlives what it was made of', async () => {
    const steps = [step('from', image('x')), step('a', run('a'), ['from']), step('b', run('b'), ['a'])]
    await world.build(steps, 'b')
    for (const [key, id] of world.cache.keys) if (id === 'r0') world.cache.keys.delete(key)
    expect((await world.build(steps, 'b')).ran).toEqual([])
  })

  test('asked to run anew it does, and what stands on it sees the new result [11.05]', async () => {
    const steps = (fresh: boolean) => [
      step('from', image('x')),
      step('a', run('date'), ['from'], { fresh, origin: null }),
      step('b', run('b'), ['a']),
    ]
    await world.build(steps(false), 'b')
    world.script.salt = () => 'later'
    // Only the first of them; the second was made of what it was before.
    const { ran, ends } = await world.build(steps(true), 'a')
    expect(ran).toEqual(['from', 'a'])
    expect(ends.get('a')).toBe('done: it was asked to run anew')
    expect((await world.build(steps(false), 'b')).ran).toEqual(['b'])
    expect((await world.build(steps(true), 'b')).ran.toSorted()).toEqual(['a', 'from'])
  })

  test('two steps that are the same run once', async () => {
    const steps = [
      step('from', image('x')),
      step('a', run('same'), ['from']),
      step('b', run('same'), ['from']),
      step('c', copy('/x', 'stage'), ['a', 'b']),
    ]
    const { ran, error } = await world.build(steps, 'c')
    expect(error).toBeNull()
    expect(ran.filter((name) => name === 'a' || name === 'b')).toHaveLength(1)
  })

  test('steps that need nothing of each other run together, up to the limit [11.06]', async () => {
    const all = ['a', 'b', 'c', 'd']
    const steps = [
      step('from', image('x')),
      ...all.map((id) => step(id, run(id), ['from'])),
      step('end', { kind: 'merge' }, all),
    ]
    const { promise: together, resolve } = Promise.withResolvers<void>()
    world.script.before = async ({ operation }) => {
      if (operation.kind !== 'exec') return
      if (world.working === 4) resolve()
      await together
    }
    expect((await world.build(steps, 'end')).error).toBeNull()
    const narrow = new World(1)
    narrow.script.before = () => new Promise((turn) => setImmediate(turn))
    await narrow.build(steps, 'end')
    expect(narrow.ran).toHaveLength(6)
  })

  test('a stage that is not there yet runs beside one that stands on files of the context [11.06]', async () => {
    const steps = [
      ...line(),
      step('assets', run('assets'), ['from']),
      step('first', copy('/made', 'stage'), ['from', 'make']),
      step('second', copy('/assets', 'stage'), ['first', 'assets']),
    ]
    const { promise: together, resolve } = Promise.withResolvers<void>()
    world.script.before = async ({ name }) => {
      if (name === 'make' && world.ran.includes('assets')) resolve()
      if (name === 'assets') resolve()
      if (name === 'make') await together
    }
    expect((await world.build(steps, 'second')).error).toBeNull()
  })

  test('a result is used at once and remembered when it is durable; until then others join', async () => {
    const steps = [step('from', image('x')), step('a', run('a'), ['from']), step('b', run('b'), ['a'])]
    const durable = Promise.withResolvers<void>()
    Object.assign(world, { settled: () => durable.promise })
    const first = await world.build(steps, 'b')
    expect(first.error).toBeNull()
    expect(world.cache.records.size).toBe(0)
    const second = await world.build(steps, 'b')
    expect(second.ran).toEqual(['from'])
    durable.resolve()
    await first.drained
    expect(world.cache.records.size).toBe(2)
    expect((await world.build(steps, 'b')).ran).toEqual([])
  })

  test('files that change while they are copied are copied again, and known as what they are then [11.03]', async () => {
    world.script.files = { 'app.ts': 'old' }
    world.script.before = async ({ name }) => {
      if (name === 'copy') world.script.files = { 'app.ts': 'new' }
    }
    const first = await world.build(line(), 'make')
    expect(first.error).toBeNull()
    expect(first.ran.filter((name) => name === 'copy')).toHaveLength(2)
    world.script.before = async () => undefined
    world.script.files = { 'app.ts': 'old' }
    expect((await world.build(line(), 'make')).ran).toContain('copy')
    world.script.files = { 'app.ts': 'new' }
    expect((await world.build(line(), 'make')).ran).toEqual(['context'])
  })

  test('files that never rest are taken as they are, and nothing is found by them', async () => {
    let count = 0
    world.script.before = async ({ name }) => {
      if (name === 'copy') world.script.files = { 'app.ts': `${count++}` }
    }
    expect((await world.build(line(), 'make')).error).toBeNull()
    const again = await world.build(line(), 'make')
    expect(again.error).toBeNull()
    expect(again.ran).toContain('make')
  })

  test('a result whose layers are gone is made again, and says so', async () => {
    const first = await world.build(line(), 'make')
    const value = first.solved?.value
    if (value?.kind !== 'layers') throw new Error('no layers')
    world.lost.add(value.diffIds.at(-1) ?? '')
    world.script.salt = () => 'again'
    const { ran, ends } = await world.build(line(), 'make')
    expect(ran).toEqual(['context', 'make'])
    expect(ends.get('make')).toMatch(/^done: its cache entry was given up on .*its layers were gone$/)
  })
})

describe('why it ran', () => {
  test('the command, an argument, the base, the files; or for the first time', async () => {
    const reason = async (given: Parameters<typeof line>[0], id: string) => {
      const { ends } = await world.build(line(given), 'make')
      return ends.get(id)
    }
    expect(await reason({ args: ['VERSION=1.2'] }, 'make')).toBe('done: first built here')
    expect(await reason({ args: ['VERSION=1.3'] }, 'make')).toBe('done: ARG VERSION was 1.2, now 1.3')
    expect(await reason({ args: ['VERSION=1.3'], command: 'make all' }, 'make')).toBe(
      'done: RUN command changed',
    )
    expect(await reason({ args: ['VERSION=1.3'], base: 'other' }, 'deps')).toMatch(
      /^done: base image moved from sha256:[0-9a-f]{12} to sha256:[0-9a-f]{12}$/,
    )
  })

  test('beside the last build, also when the cache had that one', async () => {
    for (const version of ['1', '2', '1']) await world.build(line({ args: [`V=${version}`] }), 'make')
    const { ends } = await world.build(line({ args: ['V=3'] }), 'make')
    expect(ends.get('make')).toBe('done: ARG V was 1, now 3')
  })
})

describe('when it goes wrong', () => {
  const two = [
    step('from', image('x')),
    step('bad', run('false'), ['from']),
    step('slow', run('sleep'), ['from']),
    step('end', { kind: 'merge' }, ['bad', 'slow']),
  ]

  test('the first failure is the build’s, and ends what only it needs', async () => {
    world.script.before = async (current, io) => {
      if (current.id === 'bad') throw new CommandFailed(current.operation, 3, null)
      if (current.id === 'slow') await aborted(io.signal)
    }
    const { error, ends, drained } = await world.build(two, 'end')
    await drained
    expect(error).toMatchObject({ step: { id: 'bad' }, message: expect.stringContaining('exit code: 3') })
    expect(ends.get('bad')).toMatch(/^failed/)
    expect(ends.get('slow')).toMatch(/^cancelled/)
    expect(ends.get('end')).toMatch(/^cancelled/)
    expect(world.working).toBe(0)
  })

  test('a step that asks an agent is each build’s own: the agent leaves with its client', async () => {
    const mounts = [
      { type: 'ssh', id: 'default', target: '/a', required: true, mode: 0o600, uid: 0, gid: 0 } as const,
    ]
    const steps = [step('from', image('x')), step('fetch', run('fetch', { mounts }), ['from'])]
    const [one, other] = await Promise.all([world.build(steps, 'fetch'), world.build(steps, 'fetch')])
    expect([one.error, other.error]).toEqual([null, null])
    expect(world.ran.filter((name) => name === 'fetch')).toHaveLength(2)
  })

  test('a step that another build needs goes on when one is cancelled, and the other has its output', async () => {
    const steps = [step('from', image('x')), step('a', run('a'), ['from'])]
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    world.script.before = async ({ id }, io) => {
      if (id !== 'a') return
      io.log('stdout', Buffer.from('early '))
      begun.resolve()
      await go.promise
      io.log('stdout', Buffer.from('late'))
    }
    const cancel = new AbortController()
    const first = world.build(steps, 'a', cancel.signal)
    await begun.promise
    const second = world.build(steps, 'a')
    await new Promise((turn) => setImmediate(turn))
    cancel.abort()
    expect((await first).error).toMatchObject({ kind: 'cancelled' })
    go.resolve()
    const { error, ran, events } = await second
    expect(error).toBeNull()
    expect(ran.filter((name) => name === 'a')).toEqual([])
    expect(events.flatMap((event) => (event.kind === 'log' ? [event.text] : [])).join('')).toBe('early late')
    await (await first).drained
  })

  test('a build that was cancelled before its step got a place tells nothing of it any more', async () => {
    const narrow = new World(1)
    const steps = [step('from', image('x')), step('a', run('a'), ['from'])]
    const busy = Promise.withResolvers<void>()
    narrow.script.before = async ({ id }) => {
      if (id === 'other') await busy.promise
    }
    const other = narrow.build([step('from', image('x')), step('other', run('other'), ['from'])], 'other')
    await new Promise((turn) => setImmediate(turn))
    const cancel = new AbortController()
    const first = narrow.build(steps, 'a', cancel.signal)
    await new Promise((turn) => setImmediate(turn))
    const second = narrow.build(steps, 'a')
    await new Promise((turn) => setImmediate(turn))
    cancel.abort()
    const { ends, drained, error } = await first
    expect(error).toMatchObject({ kind: 'cancelled' })
    busy.resolve()
    await drained
    expect((await second).error).toBeNull()
    expect((await other).error).toBeNull()
    expect(ends.get('a')).toBe('cancelled')
    expect((await first).events.at(-1)).toMatchObject({ now: { state: 'cancelled' } })
  })

  test('what failed for one build’s own reason is tried by the other', async () => {
    const steps = [step('from', image('x')), step('a', run('a'), ['from'])]
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    let times = 0
    world.script.before = async ({ id }) => {
      if (id !== 'a' || times++ > 0) return
      begun.resolve()
      await go.promise
      throw new Error('its session ended')
    }
    const first = world.build(steps, 'a')
    await begun.promise
    const second = world.build(steps, 'a')
    await new Promise((turn) => setImmediate(turn))
    go.resolve()
    expect((await first).error?.message).toBe('its session ended')
    expect((await second).error).toBeNull()
  })
})

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
