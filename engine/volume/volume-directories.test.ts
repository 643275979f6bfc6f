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
  await volumes.remove('data')
  await volumes.remove('data')
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
