/** Defines tests of building: on each engine, and both engines' images compared field by field. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import { verify } from '../../fixtures/embedded.ts'
import { removeEverything } from '../../fixtures/engine.ts'
import { top } from '../../fixtures/paths.ts'
import { Builder, type Outcome } from './builder.ts'
import { compareImages, type Difference } from './compare.ts'
import { EVERYWHERE } from './differences.ts'
import type { Built } from './image.ts'
import type { BuildSpec } from './spec.ts'

/** One behaviour, built on each engine. */
export interface BuildCase extends BuildSpec {
  /** Ends with the rows that it shows: `a file into a folder [08.16]`. */
  readonly title: string
  /** What must be true of the image. */
  readonly look?: (built: Built, builder: Builder, outcome: Outcome) => void | Promise<void>
  /** The build must fail and say this. */
  readonly fails?: RegExp
  /** Why dockerd 20.10 cannot build it; then it is built on our engine alone. */
  readonly notOnDockerd?: string
  /** Fields in which our image is not dockerd's, each with its reason; `*` stands for anything. */
  readonly differs?: Readonly<Record<string, string>>
}

/** What is younger was made by a build of this run, also where the cache had it from an earlier case. */
const BEGAN = Date.now() / 1000

interface Row extends Difference {
  readonly title: string
  readonly reason: string
}

/**
 * Each case on each engine under test; where both dockerd and ours are, their images are compared, and a difference
 * that the case does not declare fails it. So does one that it declares and that is not there.
 */
export function buildCases(title: string, cases: readonly BuildCase[]): void {
  const rows: Row[] = []
  const builders = inject('engines').map((engine) => new Builder(engine))
  const ours = builders.find(({ name }) => name !== 'dockerd')
  const oracle = builders.find(({ name }) => name === 'dockerd')
  describe(title, () => {
    afterEach(() => {
      for (const builder of builders) builder.cleanUp()
    })
    afterAll(async () => {
      keepTable(title, cases, rows)
      for (const { engine } of builders) {
        await removeEverything(engine.socket)
        if (engine.name === 'embedded') await expectSound(engine.root)
      }
    })
    for (const one of cases) {
      const images = new Map<Builder, Built>()
      for (const builder of builders) {
        if (builder === oracle && one.notOnDockerd !== undefined) continue
        const name = builder === oracle ? withoutRows(one.title) : one.title
        test(`${name} on ${builder.name}`, async () => {
          const built = await check(builder, one)
          if (built) images.set(builder, built)
        })
      }
      if (ours === undefined || oracle === undefined) continue
      if (one.fails !== undefined || one.notOnDockerd !== undefined) continue
      test(`${withoutRows(one.title)}: the same image`, () => {
        const [mine, its] = [images.get(ours), images.get(oracle)]
        if (mine === undefined || its === undefined) throw new Error('one of the engines did not build it')
        const found = compareImages(mine, its, { ours: BEGAN, theirs: BEGAN })
        const { undeclared, outdated } = judge(one, found, rows)
        expect({ undeclared, outdated }).toEqual({ undeclared: [], outdated: [] })
      })
    }
  })
}

/** Tests of more than one build, on each engine; the builder cleans up after each. */
export function onEachBuilder(title: string, define: (builder: Builder) => void): void {
  for (const engine of inject('engines')) {
    describe(`${title} on ${engine.name}`, () => {
      const builder = new Builder(engine)
      afterEach(async () => {
        builder.cleanUp()
        await removeEverything(engine.socket)
      })
      afterAll(async () => {
        if (engine.name === 'embedded') await expectSound(engine.root)
      })
      define(builder)
    })
  }
}

async function check(builder: Builder, one: BuildCase) {
  if (one.fails !== undefined) {
    expect(await builder.fail(one)).toMatch(one.fails)
    return null
  }
  const built = await builder.build(one)
  await one.look?.(built, builder, built.outcome)
  return built
}

function judge({ title, differs = {} }: BuildCase, found: readonly Difference[], rows: Row[]) {
  const used = new Set<string>()
  const undeclared = found.filter((difference) => {
    const all = [...Object.entries(differs), ...Object.entries(EVERYWHERE)]
    const declared = all.find(([pattern]) => covers(pattern, difference.field))
    if (declared === undefined) return true
    used.add(declared[0])
    rows.push({ ...difference, title: withoutRows(title), reason: declared[1] })
    return false
  })
  return { undeclared, outdated: Object.keys(differs).filter((pattern) => !used.has(pattern)) }
}

function covers(pattern: string, field: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.[\]()+?^$|{}\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(field)
}

function withoutRows(title: string): string {
  return title.replaceAll(/ \[\d\d\.\d\d\]/g, '')
}

async function expectSound(root: string): Promise<void> {
  const verdict = await verify(root)
  expect(verdict, `engine verify says:\n${verdict.output}`).toMatchObject({ code: 0 })
}

/** Keeps the differences with their reasons beside the reports, from which the table of all of them is printed. */
function keepTable(title: string, cases: readonly BuildCase[], rows: readonly Row[]): void {
  const alone = cases.flatMap(({ title: of, notOnDockerd }) =>
    notOnDockerd === undefined ? [] : [{ title: withoutRows(of), reason: notOnDockerd }],
  )
  const folder = path.join(top, '.cache/test/build')
  mkdirSync(folder, { recursive: true })
  const name = title.replaceAll(/[^a-zA-Z0-9]+/g, '-')
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ title, rows, alone }))
}
