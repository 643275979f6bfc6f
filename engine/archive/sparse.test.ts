import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { header } from './entry.ts'
import { readTar } from './read.ts'
import { readPieces } from './sparse.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-sparse-'))
  const file = join(folder, 'holes')
  writeFileSync(file, 'begin')
  // More pieces than the first header of the old format holds.
  for (let at = 1; at <= 30; at++) {
    execFileSync('truncate', ['-s', String(at * 200_000), file])
    appendFileSync(file, `piece ${at}`)
  }
  execFileSync('truncate', ['-s', '7M', file])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* chunks(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('sparse files', () => {
  it.each([
    ['old GNU', ['--format=gnu']],
    ['pax 0.1', ['--format=pax', '--sparse-version=0.1']],
    ['pax 1.0', ['--format=pax', '--sparse-version=1.0']],
  ])('are read whole in the format %s', async (_, flags) => {
    const archive = execFileSync('tar', [...flags, '-S', '-C', folder, '-cf', '-', 'holes'], {
      maxBuffer: 1e8,
    })
    expect(archive.length).toBeLessThan(1_000_000)
    let found = false
    for await (const { header: entry, body } of readTar(chunks(archive))) {
      found = true
      expect(entry.path).toBe('holes')
      const { sizeBytes, pieces } = await readPieces(entry, body)
      const whole = Buffer.alloc(sizeBytes)
      for await (const { offset, bytes } of pieces) whole.set(bytes, offset)
      expect(whole.equals(readFileSync(join(folder, 'holes')))).toBe(true)
    }
    expect(found).toBe(true)
  })

  it.each([
    ['overlap', '0,10,5,10'],
    ['run backwards', '100,10,0,10'],
    ['end behind the file', '0,2000'],
    ['are no numbers', '0,x'],
    ['are negative', '-5,10'],
  ])('with pieces that %s are refused', async (_, map) => {
    const pax = new Map([
      ['GNU.sparse.map', map],
      ['GNU.sparse.size', '1000'],
    ])
    await expect(readPieces(header('file', 'bad', { pax, size: 20 }), nothing())).rejects.toThrow(
      /malformed map/,
    )
  })
})
