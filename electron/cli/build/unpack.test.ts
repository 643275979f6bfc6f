import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header, type TarHeader } from '../../../engine/archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../../engine/archive/write.ts'
import { unpackInto } from './unpack.ts'

let folder: string
const at = (...parts: string[]) => path.join(folder, 'out', ...parts)
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'longshore-unpack-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Entry = readonly [TarHeader['kind'], string, string?, Partial<TarHeader>?]

async function* tar(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  for (const [kind, name, body = '', more] of entries)
    yield encodeEntry(header(kind, name, more), Buffer.from(body))
  yield END_OF_ARCHIVE
}

describe('files of a result', () => {
  test('have their modes, times and links, and are the caller’s', async () => {
    await unpackInto(
      at(),
      tar([
        ['directory', 'd/', '', { mode: 0o500, mtime: 5 }],
        ['file', 'd/f', 'text', { mode: 0o640, mtime: 7, uid: 12345 }],
        ['symlink', 'l', '', { link: 'd/f' }],
        ['hardlink', 'h', '', { link: 'd/f' }],
      ]),
    )
    expect(readFileSync(at('l'), 'utf8')).toBe('text')
    expect(statSync(at('d/f'))).toMatchObject({ uid: process.getuid?.(), nlink: 2, mtimeMs: 7000 })
    expect(statSync(at('d/f')).mode & 0o777).toBe(0o640)
    expect(statSync(at('d'))).toMatchObject({ mtimeMs: 5000 })
    expect(statSync(at('d')).mode & 0o777).toBe(0o500)
    chmodSync(at('d'), 0o700)
  })

  test('come beside what is there, and in the place of what has their names', async () => {
    mkdirSync(at('sub'), { recursive: true })
    writeFileSync(at('kept'), 'k')
    writeFileSync(at('sub/old'), 'o')
    await unpackInto(
      at(),
      tar([
        ['file', 'sub/new', 'n'],
        ['file', 'kept', 'other'],
      ]),
    )
    expect(readdirSync(at('sub')).toSorted()).toEqual(['new', 'old'])
    expect(readFileSync(at('kept'), 'utf8')).toBe('other')
  })

  test('are never written through a link, and never outside', async () => {
    mkdirSync(path.join(folder, 'elsewhere'))
    mkdirSync(at())
    symlinkSync('../elsewhere', at('way'))
    await unpackInto(
      at(),
      tar([
        ['file', 'way/f', 'x'],
        ['symlink', 'file', '', { link: '../elsewhere/g' }],
        ['file', 'file', 'y'],
      ]),
    )
    expect(readdirSync(path.join(folder, 'elsewhere'))).toEqual([])
    expect(lstatSync(at('way')).isDirectory()).toBe(true)
    expect(readFileSync(at('file'), 'utf8')).toBe('y')
    await expect(unpackInto(at(), tar([['file', '../elsewhere/f', 'x']]))).rejects.toThrow(/leads out/)
    await unpackInto(at(), tar([['symlink', 'dangling', '', { link: '/no/where' }]]))
    expect(readlinkSync(at('dangling'))).toBe('/no/where')
  })

  test('devices are left out and said', async () => {
    expect(
      await unpackInto(
        at(),
        tar([
          ['char-device', 'null'],
          ['file', 'f', 'x'],
        ]),
      ),
    ).toEqual(['null'])
  })
})
