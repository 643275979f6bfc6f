import { execFileSync } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header } from '../archive/entry.ts'
import { readTar } from '../archive/read.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../archive/write.ts'
import { findIgnoreFile } from './ignore-file.ts'
import { packFolder } from './pack.ts'
import { tarContext } from './tar-context.ts'

let top: string
let root: string

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'tar-context-'))
  root = join(top, 'in')
  await mkdir(join(root, 'src/deep'), { recursive: true })
  await writeFile(join(root, 'Dockerfile'), 'FROM scratch\n')
  await writeFile(join(root, 'src/run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  await writeFile(join(root, 'src/deep/large.bin'), Buffer.alloc(1_000_000, 7))
  await symlink('src/run.sh', join(root, 'link'))
})
afterEach(() => rm(top, { recursive: true }))

async function packed(ignore: readonly string[] = [], always: readonly string[] = []): Promise<string[]> {
  const seen: string[] = []
  for await (const { header } of readTar(packFolder(root, { ignore, always }))) seen.push(header.path)
  return seen
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

function context(source: AsyncIterable<Uint8Array>) {
  return tarContext(source, { folder: join(top, 'out'), rootless: process.getuid?.() !== 0 })
}

describe('a folder as a tar', () => {
  it('holds what the ignore file leaves, and always the Dockerfile [10.17]', async () => {
    expect(await packed()).toEqual([
      ...['Dockerfile', 'link', 'src/', 'src/deep/', 'src/deep/large.bin', 'src/run.sh'],
    ])
    expect(await packed(['**', '!src/deep/*.bin'], ['Dockerfile'])).toEqual([
      ...['Dockerfile', 'src/', 'src/deep/', 'src/deep/large.bin'],
    ])
  })

  it('comes back as the same files [10.03]', async () => {
    const made = context(packFolder(root, { ignore: [] }))
    expect((await made.read('Dockerfile'))?.toString()).toBe('FROM scratch\n')
    const out = await made.open({ ignore: ['link'] })
    expect(out.owners).toBe('kept')
    expect(out.includes('link', false)).toBe(false)
    expect((await readFile(join(out.path, 'src/deep/large.bin'))).equals(Buffer.alloc(1_000_000, 7))).toBe(
      true,
    )
    expect((await lstat(join(out.path, 'src/run.sh'))).mode & 0o777).toBe(0o755)
    await made.close()
    expect(await readdir(top)).toEqual(['in'])
  })
})

describe('a tar as a context', () => {
  for (const program of ['cat', 'gzip', 'bzip2', 'xz', 'zstd'])
    it(`is read through ${program} [10.03]`, async () => {
      const tar = execFileSync('tar', ['-C', root, '-cf', '-', '.'], { maxBuffer: 8e6 })
      const made = context(
        once(execFileSync(program, ['-c'].slice(program === 'cat' ? 1 : 0), { input: tar })),
      )
      expect((await made.read('Dockerfile'))?.toString()).toBe('FROM scratch\n')
      await made.close()
    })

  const hostile: readonly (readonly [string, Buffer])[] = [
    ['a name that leads out', encodeEntry(header('file', '../../escaped'), Buffer.from('x'))],
    [
      'a file through a link',
      Buffer.concat([
        encodeEntry(header('symlink', 'out', { link: '/tmp' })),
        encodeEntry(header('file', 'out/escaped'), Buffer.from('x')),
      ]),
    ],
    ['a hard link to outside', encodeEntry(header('hardlink', 'passwd', { link: '../../etc/passwd' }))],
    ['a disk', encodeEntry(header('block-device', 'sda', { deviceMajor: 8, deviceMinor: 0 }))],
    [
      'a folder that becomes a file',
      Buffer.concat([
        encodeEntry(header('directory', 'a')),
        encodeEntry(header('file', 'a'), Buffer.from('x')),
      ]),
    ],
  ]
  for (const [what, entries] of hostile)
    it(`refuses ${what} and leaves nothing [10.03]`, async () => {
      const made = context(once(Buffer.concat([entries, END_OF_ARCHIVE])))
      await expect(made.read('Dockerfile')).rejects.toThrow(/archive/)
      expect(await readdir(top)).toEqual(['in'])
      await made.close()
    })

  it('says what is no tar [10.03]', async () => {
    await expect(context(once(Buffer.from('FROM scratch\n'))).read('Dockerfile')).rejects.toThrow(
      'not a tar archive',
    )
  })
})

describe('the ignore file in force', () => {
  it('is the one of the Dockerfile before the one of the context [10.16]', async () => {
    const files: Record<string, string> = { '.dockerignore': 'a', 'sub/x.dockerignore': 'b\n# c' }
    const read = async (path: string) => (files[path] === undefined ? null : Buffer.from(files[path]))
    expect(await findIgnoreFile(read, 'Dockerfile')).toEqual({ path: '.dockerignore', patterns: ['a'] })
    expect(await findIgnoreFile(read, 'sub/x')).toEqual({ path: 'sub/x.dockerignore', patterns: ['b'] })
    expect(await findIgnoreFile(async () => null, null)).toEqual({ path: null, patterns: [] })
  })
})
