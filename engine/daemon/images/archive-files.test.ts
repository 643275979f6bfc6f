import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { header } from '../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../archive/write.ts'
import { ArchiveFiles } from './archive-files.ts'

test('of a name that comes twice the last counts, and it takes nobody else’s place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-spill-'))
  const files = [
    ['a', 'first'],
    ['a', 'second'],
    ['b', 'other'],
  ] as const
  const entries = files.map(([name, text]) => encodeEntry(header('file', name), Buffer.from(text)))
  async function* source() {
    yield Buffer.concat([...entries, END_OF_ARCHIVE])
  }
  const taker = { knows: async () => false, take: () => Promise.reject(new Error('no layer is in it')) }
  const spilled = await ArchiveFiles.spill(source(), folder, new AbortController().signal, taker)
  expect((await spilled.bytes('a')).toString()).toBe('second')
  expect((await spilled.bytes('b')).toString()).toBe('other')
  rmSync(folder, { recursive: true })
})
