import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Disk, type OpenFile, realDisk } from '../host/disk.ts'
import { Spool } from './spool.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-spool-'))
  path = join(folder, 'spool')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The real disk with one thing of its files done otherwise. */
function diskWith(change: (file: OpenFile) => Partial<OpenFile>): Disk {
  return {
    ...realDisk,
    create: async (at, mode) => {
      const file = await realDisk.create(at, mode)
      return { ...file, ...change(file) }
    },
  }
}

const chunk = (n: number, size = 100_000) => Buffer.alloc(size, n % 251)

async function collect(spool: Spool): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of spool.read()) parts.push(part)
  return Buffer.concat(parts)
}

it('gives a reader that keeps up what was given, without asking the file', async () => {
  let asked = 0
  const spool = await Spool.create(
    diskWith((file) => ({
      read: (...args) => {
        asked++
        return file.read(...args)
      },
    })),
    path,
  )
  const reading = collect(spool)
  const given: Buffer[] = []
  for (let n = 0; n < 50; n++) {
    given.push(chunk(n))
    await spool.write(chunk(n))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await spool.finish()
  expect((await reading).equals(Buffer.concat(given))).toBe(true)
  expect(asked).toBe(0)
  await spool.close()
  expect(readFileSync(path).equals(Buffer.concat(given))).toBe(true)
})

it('gives one that comes late, or stops on the way, the rest from the file', async () => {
  const spool = await Spool.create(realDisk, path)
  const all = Buffer.concat(Array.from({ length: 60 }, (_, n) => chunk(n)))
  const reader = spool.read()
  for (let n = 0; n < 30; n++) await spool.write(chunk(n))
  const parts = [(await reader.next()).value as Uint8Array]
  for (let n = 30; n < 60; n++) await spool.write(chunk(n))
  await spool.finish()
  for await (const part of reader) parts.push(part)
  expect(Buffer.concat(parts).equals(all)).toBe(true)
  await spool.close()
})

it('gathers what comes in small pieces into few writes', async () => {
  let writes = 0
  const spool = await Spool.create(
    diskWith((file) => ({
      write: (...args) => {
        writes++
        return file.write(...args)
      },
    })),
    path,
  )
  for (let n = 0; n < 3000; n++) await spool.write(chunk(n, 10))
  await spool.finish()
  await spool.close()
  expect(readFileSync(path)).toHaveLength(30_000)
  expect(writes).toBeLessThan(100)
})

it('tells the writer and the reader of a disk that fails', async () => {
  const spool = await Spool.create(
    diskWith(() => ({ write: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) })),
    path,
  )
  const reading = expect(collect(spool)).rejects.toThrow('full')
  await spool.write(chunk(1))
  await expect(spool.finish()).rejects.toThrow('full')
  await reading
  await spool.close()
})
