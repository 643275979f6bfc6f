import {
  chmod,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVolumes } from './volume-directories.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-volume-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a volume is made once, listed, and gone when removed', async () => {
  const volumes = await openVolumes(join(folder, 'volumes'))
  const { mountpoint } = await volumes.create('data')
  await writeFile(join(mountpoint, 'kept'), 'x')
  expect((await volumes.create('data')).mountpoint).toBe(mountpoint)
  expect(await readFile(join(mountpoint, 'kept'), 'utf8')).toBe('x')
  expect(await volumes.list()).toEqual(['data'])
  await (await volumes.take('data')).discard()
  await (await volumes.take('data')).discard()
  expect(await volumes.list()).toEqual([])
})

test.each(['..', '../x', 'a/b', '', '.trash'])('the name "%s" is refused', async (name) => {
  const volumes = await openVolumes(join(folder, 'volumes'))
  await expect(volumes.create(name)).rejects.toThrow('invalid characters')
})

test('an empty volume takes what the image has, a filled one keeps its own', async () => {
  const rootfs = join(folder, 'rootfs')
  await mkdir(join(rootfs, 'srv/data/sub'), { recursive: true })
  await writeFile(join(rootfs, 'srv/data/sub/file'), 'seed')
  await chmod(join(rootfs, 'srv/data'), 0o770)
  if (process.getuid?.() === 0) await lchown(join(rootfs, 'srv/data'), 1000, 1001)
  const volumes = await openVolumes(join(folder, 'volumes'))
  const { mountpoint } = await volumes.create('data')
  await volumes.seed('data', rootfs, '/srv/data')
  expect(await readFile(join(mountpoint, 'sub/file'), 'utf8')).toBe('seed')
  const [stat, source] = [await lstat(mountpoint), await lstat(join(rootfs, 'srv/data'))]
  expect([stat.mode, stat.uid, stat.gid]).toEqual([source.mode, source.uid, source.gid])
  await writeFile(join(mountpoint, 'sub/file'), 'mine')
  await volumes.seed('data', rootfs, '/srv/data')
  expect(await readFile(join(mountpoint, 'sub/file'), 'utf8')).toBe('mine')
})

test('a link in the image does not make a volume take files of the host', async () => {
  const rootfs = join(folder, 'rootfs')
  await mkdir(rootfs)
  await mkdir(join(folder, 'host'))
  await writeFile(join(folder, 'host/secret'), 'secret')
  await symlink(join(folder, 'host'), join(rootfs, 'data'))
  const volumes = await openVolumes(join(folder, 'volumes'))
  const { mountpoint } = await volumes.create('data')
  await volumes.seed('data', rootfs, '/data')
  expect(await readdir(mountpoint)).toEqual([])
})

test('a removal that was cut off before its record went did not happen', async () => {
  const volumes = await openVolumes(join(folder, 'volumes'))
  for (const name of ['kept', 'gone'])
    await writeFile(join((await volumes.create(name)).mountpoint, 'x'), name)
  await volumes.take('kept')
  await volumes.take('gone')
  expect(await volumes.list()).toEqual([])
  expect(await volumes.recover(new Set(['kept']))).toEqual([])
  expect(await volumes.list()).toEqual(['kept'])
  expect(await readFile(join(folder, 'volumes/kept/_data/x'), 'utf8')).toBe('kept')
  expect(await readdir(join(folder, 'volumes/.trash'))).toEqual([])
})

test('a volume without a record goes when it is empty and is told of when it is not', async () => {
  const volumes = await openVolumes(join(folder, 'volumes'))
  await volumes.create('never-acknowledged')
  await writeFile(join((await volumes.create('full')).mountpoint, 'x'), 'data')
  expect(await volumes.recover(new Set())).toEqual(['full'])
  expect(await volumes.list()).toEqual(['full'])
})

test('a copy of what the image has that was cut off is completed by the next start', async () => {
  const rootfs = join(folder, 'rootfs')
  await mkdir(join(rootfs, 'data'), { recursive: true })
  for (const name of ['a', 'b']) await writeFile(join(rootfs, 'data', name), name)
  const volumes = await openVolumes(join(folder, 'volumes'))
  const { mountpoint } = await volumes.create('data')
  await writeFile(join(mountpoint, 'a'), '')
  await writeFile(join(folder, 'volumes/data/seeding'), '')
  await volumes.seed('data', rootfs, '/data')
  expect(await Promise.all(['a', 'b'].map((name) => readFile(join(mountpoint, name), 'utf8')))).toEqual([
    'a',
    'b',
  ])
  expect(await readdir(join(folder, 'volumes/data'))).toEqual(['_data'])
})
