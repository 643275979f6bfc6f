import { expect, test } from 'vitest'
import type { Operation, Step } from '../plan/step.ts'
import { context, copy, image, run, step, World } from './scripted-world.ts'

const ROUNDS = 150

/** Small and repeatable (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function randomSteps(pick: (below: number) => number): Step[] {
  const steps = [
    step('s0', image('a')),
    step('s1', context, [], { origin: null }),
    step('s2', run('x'), ['s0']),
  ]
  const size = 4 + pick(12)
  while (steps.length < size) {
    const id = `s${steps.length}`
    const layers = steps.filter(({ operation }) => operation.kind !== 'context')
    const any = () => layers[pick(layers.length)]?.id ?? 's0'
    const ways: [Operation, string[]][] = [
      [image(`image${pick(3)}`), []],
      [run(`command${pick(3)}`), [any()]],
      [copy(`file${pick(4)}`), [any(), 's1']],
      [copy('/x', 'stage'), [any(), any()]],
      [{ kind: 'merge' }, [any(), any()]],
    ]
    const [operation, inputs] = ways[pick(ways.length)] ?? [context, []]
    steps.push(step(id, operation, inputs, { fresh: operation.kind === 'exec' && pick(12) === 0 }))
  }
  return steps
}

/** Ids of everything that `target` is made of, itself included. */
function needed(steps: readonly Step[], target: string): Set<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    if (found.has(id)) return
    found.add(id)
    for (const input of steps.find((each) => each.id === id)?.inputs ?? []) visit(input)
  }
  visit(target)
  return found
}

const seed = Number(process.env.LONGSHORE_SEED ?? Date.now() % 1_000_000)

test(`random graphs, cold, warm and changed: nothing twice, nothing early, nothing that is not needed (seed ${seed})`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const pick = random(seed + round)
    const steps = randomSteps(pick)
    const target = `s${2 + pick(steps.length - 2)}`
    const only = needed(steps, target)
    const world = new World(1 + pick(4))
    const ended = new Set<string>()
    world.script.before = async ({ id, inputs }) => {
      expect(only.has(id), `${id} is not needed`).toBe(true)
      for (const input of inputs) expect(ended.has(input), `${id} before ${input}`).toBe(true)
      for (let turns = pick(4); turns > 0; turns--) await new Promise((turn) => setImmediate(turn))
    }
    const watched = async () => {
      ended.clear()
      return world.build(steps, target)
    }
    const perform = world.perform.bind(world)
    const contentFacts = world.contentFacts.bind(world)
    // What a step is given was there; whether it ran now or was in the cache.
    world.contentFacts = async (...given) => {
      for (const input of given[0].inputs) ended.add(input)
      return contentFacts(...given)
    }
    world.perform = async (...given) => {
      const performed = await perform(...given)
      ended.add(given[0].id)
      return performed
    }
    const cold = await watched()
    expect(cold.error).toBeNull()
    expect(new Set(cold.ran).size, `a step ran twice in round ${round}`).toBe(cold.ran.length)
    const warm = await watched()
    const fresh = steps.some(({ id, fresh: asked }) => asked && only.has(id))
    if (!fresh) expect(warm.ran.filter((id) => !isSource(steps, id))).toEqual([])
    expect(layersOf(warm)).toEqual(layersOf(cold))
    world.script.files = { [`file${pick(4)}`]: 'changed' }
    const changed = await watched()
    const alone = new World(1)
    alone.script.files = world.script.files
    const sequential = await alone.build(steps, target)
    expect(layersOf(changed), `round ${round}`).toEqual(layersOf(sequential))
    for (const [id, end] of changed.ends) expect(end, `${id} in round ${round}`).toMatch(/^(cached|done)/)
  }
})

function isSource(steps: readonly Step[], id: string): boolean {
  const kind = steps.find((each) => each.id === id)?.operation.kind
  return kind === 'image' || kind === 'context'
}

function layersOf({ solved }: Awaited<ReturnType<World['build']>>): readonly string[] {
  const value = solved?.value
  return value && value.kind !== 'folder' ? value.diffIds : []
}
