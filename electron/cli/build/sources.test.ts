import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readBuildOptions } from './options.ts'
import { isGit, readSources } from './sources.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'longshore-sources-'))
  mkdirSync(path.join(folder, 'ctx'))
  writeFileSync(path.join(folder, 'Outside'), '')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (line: string, input: string | Uint8Array = '') => {
  const options = readBuildOptions(line.split(' '), {})
  if (options === null) throw new Error('it asked for help')
  return readSources(options, folder, async function* () {
    yield Buffer.from(input)
  })
}

describe('where files come from', () => {
  test('a folder and a Dockerfile in it or beside it', async () => {
    const context = { kind: 'folder', path: path.join(folder, 'ctx') }
    expect(await read('ctx')).toMatchObject({ context, dockerfile: {}, body: null })
    expect((await read('-f ctx/sub/D ctx')).dockerfile).toEqual({ path: 'sub/D' })
    expect((await read('-f Outside ctx')).dockerfile).toEqual({
      from: { kind: 'folder', path: folder },
      path: 'Outside',
    })
  })

  test('standard input is an archive or a Dockerfile', async () => {
    expect(await read('-', 'FROM x\n')).toMatchObject({
      context: { kind: 'empty' },
      dockerfile: { text: 'FROM x\n' },
    })
    expect(await read('-', gzipSync('x'))).toMatchObject({ context: { kind: 'body' }, dockerfile: {} })
    expect((await read('-f- ctx', 'FROM x')).dockerfile).toEqual({ text: 'FROM x' })
    await expect(read('-f - -')).rejects.toThrow("can't use stdin for both build context and dockerfile")
  })

  test('addresses: repositories, archives, images', async () => {
    expect((await read('https://example.com/x.tar.gz')).context.kind).toBe('http')
    expect((await read('https://example.com/x.git#main:dir')).context).toMatchObject({
      address: 'https://example.com/x.git#main:dir',
    })
    expect(
      (await read('--build-context a=docker-image://busybox --build-context b=ctx ctx')).namedContexts,
    ).toEqual({
      a: { kind: 'image', reference: 'busybox' },
      b: { kind: 'folder', path: path.join(folder, 'ctx') },
    })
    for (const each of ['git://h/r', 'git@h:r', 'github.com/o/r', 'ssh://h/r']) expect(isGit(each)).toBe(true)
    for (const each of ['http://h/r', 'h.git', './github.com']) expect(isGit(each)).toBe(false)
  })

  test('what is not there, or no folder', async () => {
    await expect(read('none')).rejects.toThrow('unable to prepare context: path "none" not found')
    await expect(read('Outside')).rejects.toThrow('path "Outside" is not a directory')
    await expect(read('what://x')).rejects.toThrow(/is no build context/)
  })
})
