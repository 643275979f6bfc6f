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

  it('that another engine has taken meanwhile are passed over', async () => {
    const [one, other] = [new Lifelines(spare), new Lifelines(spare)]
    await one.lend(join(scratch, 'a'), async () => undefined)
    await other.lend(join(scratch, 'b'), async () => undefined)
    // Both believe in all that was left.
    for (let n = 0; n < 40; n++) {
      await one.lend(join(scratch, `one-${n}`), async () => undefined)
      await other.lend(join(scratch, `other-${n}`), async () => undefined)
    }
    expect(statSync(join(scratch, 'other-39')).isFIFO()).toBe(true)
  })

  it('have nowhere to go without a folder', async () => {
    await expect(new Lifelines(spare).lend(join(scratch, 'none/x'), async () => undefined)).rejects.toThrow(
      'ENOENT',
    )
  })
})
