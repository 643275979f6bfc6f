import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { displayName, header } from './entry.ts'
import { readTar } from './read.ts'
import { END_OF_ARCHIVE, encodeEntry } from './write.ts'

const LONG = `${'deep/'.repeat(30)}${'n'.repeat(120)}`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-tar-'))
  mkdirSync(join(folder, 'deep/'.repeat(30)), { recursive: true })
  writeFileSync(join(folder, LONG), 'far down')
  writeFileSync(join(folder, 'größe'), 'é'.repeat(700))
  symlinkSync(`/${'t'.repeat(150)}`, join(folder, 'link'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One chunk of 100 bytes after the other, so that nothing falls on block borders. */
async function* crumbs(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}

async function list(bytes: Buffer) {
  const entries: Record<string, string> = {}
  for await (const { header, body } of readTar(crumbs(bytes))) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    const content = Buffer.concat(chunks).toString('utf8')
    entries[displayName(header.path)] = header.link === '' ? content : `-> ${displayName(header.link)}`
  }
  return entries
}

describe('readTar', () => {
  it.each(['gnu', 'pax', 'oldgnu'])('reads what GNU tar writes as %s', async (format) => {
    const bytes = execFileSync('tar', [`--format=${format}`, '-C', folder, '-c', LONG, 'größe', 'link'])
    expect(await list(bytes)).toEqual({
      [LONG]: 'far down',
      größe: 'é'.repeat(700),
      link: `-> /${'t'.repeat(150)}`,
    })
  })

  it('reads back what it writes: big numbers, negative times, odd bytes', async () => {
    const written = header('file', 'a\xff\xfe', {
      uid: 4_000_000_000,
      gid: 2_097_152,
      mtime: -5,
      mode: 0o4755,
    })
    const bytes = Buffer.concat([encodeEntry(written, Buffer.from('body')), END_OF_ARCHIVE])
    for await (const { header: read } of readTar(crumbs(bytes))) {
      expect(read).toMatchObject({
        path: 'a\xff\xfe',
        uid: 4_000_000_000,
        gid: 2_097_152,
        mtime: -5,
        mode: 0o4755,
        size: 4,
      })
    }
  })

  it('skips bodies that nobody reads', async () => {
    const bytes = execFileSync('tar', ['-C', folder, '-c', 'größe', LONG])
    const paths: string[] = []
    for await (const entry of readTar(crumbs(bytes))) {
      paths.push(displayName(entry.header.path))
      for await (const _ of entry.body) break
    }
    expect(paths).toEqual(['größe', LONG])
  })

  it.each([
    ['no tar at all', Buffer.from('hello '.repeat(200)), /not a tar archive/],
    [
      'cut in a body',
      encodeEntry(header('file', 'a'), Buffer.alloc(2000)).subarray(0, 1500),
      /ends in the middle/,
    ],
    ['too short', encodeEntry(header('file', 'a')).subarray(0, 100), /not a tar archive/],
    [
      'cut in a header',
      encodeEntry(header('file', 'a'), Buffer.alloc(512)).subarray(0, 1000),
      /ends in the middle/,
    ],
  ])('refuses what is %s', async (_, bytes, words) => {
    await expect(list(bytes)).rejects.toThrow(words)
  })
})
