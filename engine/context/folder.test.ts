import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ContextFolder, openFolder } from './folder.ts'
import { folderContext } from './folder-context.ts'
import { FolderStats, StatCache } from './stat-cache.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'context-'))
  await mkdir(join(root, 'src/deep'), { recursive: true })
  await writeFile(join(root, 'src/app.ts'), 'app')
  await writeFile(join(root, 'src/deep/large.bin'), Buffer.alloc(300_000, 7))
  await symlink('src/app.ts', join(root, 'link'))
})
afterEach(() => rm(root, { recursive: true }))

function open(ignore: readonly string[] = [], stats = new FolderStats(null)): ContextFolder {
  return openFolder(root, { ignore, owners: 'root', stats })
}

async function names(folder: ContextFolder, path = ''): Promise<string[]> {
  const seen: string[] = []
  await folder.digest(path, (below) => seen.push(below))
  return seen
}

describe('the digest of a context', () => {
  it('is of content, mode and target, not of times [11.03]', async () => {
    const before = await open().digest('')
    await utimes(join(root, 'src/app.ts'), 1000, 1000)
    expect(await open().digest('')).toBe(before)
    await chmod(join(root, 'src/app.ts'), 0o755)
    const changed = await open().digest('')
    expect(changed).not.toBe(before)
    await rm(join(root, 'link'))
    await symlink('src/deep', join(root, 'link'))
    expect(await open().digest('')).not.toBe(changed)
  })

  it('names each file with its own digest', async () => {
    expect(await names(open())).toEqual(['link', 'src/app.ts', 'src/deep/large.bin'])
    const folder = open()
    const each = new Map<string, string>()
    await folder.digest('', (path, digest) => each.set(path, digest))
    expect(await folder.digest('src/app.ts')).toBe(each.get('src/app.ts'))
  })

  it('is that of the same files elsewhere under another name of the folder', async () => {
    const before = await open().digest('src/deep')
    await rename(join(root, 'src/deep'), join(root, 'other'))
    expect(await open().digest('other')).toBe(before)
  })

  it('leaves out what is ignored, and keeps a folder that holds an exception [10.17]', async () => {
    expect(await names(open(['src', '!src/deep/*.bin']))).toEqual(['link', 'src/deep/large.bin'])
    const without = await open(['src/app.ts']).digest('')
    await writeFile(join(root, 'src/app.ts'), 'changed')
    expect(await open(['src/app.ts']).digest('')).toBe(without)
    expect(await open(['src']).digest('src')).toBeNull()
    expect(await open(['src']).digest('src/app.ts')).toBeNull()
    expect(await open(['src', '!src/none']).digest('src')).toBeNull()
  })

  it('follows no link, at the end or on the way', async () => {
    await symlink('/etc', join(root, 'out'))
    expect(await open().digest('out/passwd')).toBeNull()
    expect(await open().digest('nothing')).toBeNull()
    expect(await open().digest('src/app.ts/x')).toBeNull()
  })
})

describe('a context of many files', () => {
  it('has the digests that its files have alone, and leaves out the same [10.01]', async () => {
    for (let folder = 0; folder < 30; folder++) {
      await mkdir(join(root, `many/${folder}/inner`), { recursive: true })
      for (let file = 0; file < 60; file++)
        await writeFile(join(root, `many/${folder}/inner/${file}`), `${folder} ${file}`)
    }
    const ignore = ['many/1*', '!many/12/inner/*5', '**/7']
    const folder = open(ignore)
    const seen = new Map<string, string>()
    const whole = await folder.digest('', (path, digest) => seen.set(path, digest))
    expect(seen.size).toBe(3 + 18 * 59 + 6)
    for (const [path, digest] of seen) expect(await open(ignore).digest(path), path).toBe(digest)
    await writeFile(join(root, 'many/17/inner/1'), 'left out')
    expect(await open(ignore).digest('')).toBe(whole)
    await writeFile(join(root, 'many/28/inner/1'), 'not left out')
    expect(await open(ignore).digest('')).not.toBe(whole)
  })
})

describe('the stat cache', () => {
  it('gives the digest of a file that looks as it did without reading it [10.01]', async () => {
    await utimes(join(root, 'src/app.ts'), 1000, 1000)
    const stats = new FolderStats(null)
    await settled()
    const before = await open([], stats).digest('')
    expect(stats.size).toBe(3)
    expect(await open([], stats).digest('')).toBe(before)
    await writeFile(join(root, 'src/app.ts'), 'APP')
    await utimes(join(root, 'src/app.ts'), 1000, 1000)
    expect(await open([], stats).digest('')).not.toBe(before)
  })

  it('does not trust a file that changed within the clock grain', async () => {
    const stats = new FolderStats(null)
    await writeFile(join(root, 'src/app.ts'), 'one')
    await open([], stats).digest('src/app.ts')
    expect(stats.size).toBe(0)
  })

  it('is kept in a file, and what a crash left of a line costs nothing else [10.01]', async () => {
    const kept = join(root, '../', `${root.split('/').pop()}-stats`)
    try {
      await settled()
      const context = await folderContext(root, { stats: new StatCache(kept) })
      const before = await (await context.open({ ignore: [] })).digest('')
      await context.close()
      const [file] = await readdir(kept)
      await writeFile(join(kept, file as string), '[1,2,3', { flag: 'a' })
      const again = new FolderStats(join(kept, file as string))
      await again.load()
      expect(again.size).toBe(3)
      expect(await open([], again).digest('')).toBe(before)
      await writeFile(join(root, 'src/new.ts'), 'new')
      await settled()
      await open([], again).digest('')
      await again.save()
      const third = new FolderStats(join(kept, file as string))
      await third.load()
      expect(third.size).toBe(4)
    } finally {
      await rm(kept, { recursive: true, force: true })
    }
  })
})

describe('stat caches on disk', () => {
  it('are those of the folders built last', async () => {
    const kept = await mkdtemp(join(tmpdir(), 'stats-'))
    try {
      for (let old = 0; old < 70; old++) {
        await writeFile(join(kept, `old${old}`), '')
        await utimes(join(kept, `old${old}`), 1000 + old, 1000 + old)
      }
      await settled()
      const context = await folderContext(root, { stats: new StatCache(kept) })
      await (await context.open({ ignore: [] })).digest('')
      await context.close()
      const left = await readdir(kept)
      expect(left).toHaveLength(64)
      expect(left).toContain('old69')
      expect(left).not.toContain('old6')
    } finally {
      await rm(kept, { recursive: true })
    }
  })
})

describe('a folder as a context', () => {
  it('reads a file of its own, through links inside of it, and none outside [07.03]', async () => {
    const context = await folderContext(root, { stats: null })
    expect((await context.read('link'))?.toString()).toBe('app')
    expect(await context.read('missing/x')).toBeNull()
    await symlink('/etc/passwd', join(root, 'out'))
    await expect(context.read('out')).rejects.toThrow('leads out of the build context')
    await expect(context.read('../x')).resolves.toBeNull()
    await expect(context.read('src')).rejects.toThrow('is not a file')
  })

  it('says what it is when it is none [10.01]', async () => {
    await expect(folderContext(join(root, 'none'), { stats: null })).rejects.toThrow('does not exist')
    await expect(folderContext(join(root, 'src/app.ts'), { stats: null })).rejects.toThrow(
      'must be a directory',
    )
  })
})

/** Until no file of the folder counts as changed just now. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 60))
}
