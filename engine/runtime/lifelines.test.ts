import { fstatSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Lifelines } from './lifelines.ts'

describe('lifelines', () => {
  let spare: string
  let scratch: string

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-lifelines-'))
    spare = mkdtempSync(join(scratch, 'spare-'))
  })

  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  it('are as many as are asked for at once, each another FIFO', async () => {
    const lifelines = new Lifelines(spare)
    const inodes = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        lifelines.lend(join(scratch, `${n}`), async (fd) => fstatSync(fd).ino),
      ),
    )
    expect(new Set(inodes).size).toBe(100)
    expect(statSync(join(scratch, '99')).isFIFO()).toBe(true)
  })

  it('of an engine before this one are used up', async () => {
    await new Lifelines(spare).lend(join(scratch, 'first'), async () => undefined)
    const before = readdirSync(spare)
    await new Lifelines(spare).lend(join(scratch, 'second'), async () => undefined)
    expect(before).toEqual(expect.arrayContaining(readdirSync(spare)))
    expect(readdirSync(spare)).toHaveLength(before.length - 1)
  })
})
