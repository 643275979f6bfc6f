import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FolderLooks } from './folder-looks.ts'

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'looks-'))
  for (let folder = 0; folder < 20; folder++) {
    mkdirSync(join(root, `f${folder}`))
    for (let file = 0; file < 50; file++)
      writeFileSync(join(root, `f${folder}`, `ü${file}`), 'x'.repeat(file))
  }
  symlinkSync('/etc', join(root, 'link'))
})
afterAll(() => rmSync(root, { recursive: true }))

describe('a helper that looks at folders', () => {
  it('says what lstat says, of all that are asked for at once [10.01]', async () => {
    const looks = new FolderLooks(root)
    const paths = ['', ...Array.from({ length: 20 }, (_, index) => `f${index}`)]
    const found = await Promise.all(paths.map((path) => looks.list(path)))
    for (const [index, path] of paths.entries()) {
      expect(found[index]).toHaveLength(path === '' ? 21 : 50)
      for (const { name, look } of found[index] ?? []) {
        const { mode, uid, gid, rdev, dev, ino, size, mtimeMs, ctimeMs } = lstatSync(join(root, path, name))
        expect(look, name).toEqual({ mode, uid, gid, rdev, dev, ino, size, mtimeMs, ctimeMs })
      }
    }
    looks.close()
  })

  it('follows no link, and tells what is no folder', async () => {
    const looks = new FolderLooks(root)
    expect(await Promise.all(['link', 'none', 'f1/ü1'].map((path) => looks.list(path)))).toEqual([
      null,
      null,
      null,
    ])
    looks.close()
  })

  it('fails those who wait when it cannot begin', async () => {
    await expect(new FolderLooks(join(root, 'none')).list('')).rejects.toThrow('No such file')
  })
})
