import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { layeredImage } from '../fixtures/images.ts'
import { pushImage } from '../fixtures/oci.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { delay, mustRun, run } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, randomNumbers, repeats } from './harness.ts'
import { JOBS, Ledger } from './work.ts'

/**
 * EXT4_IOC_SHUTDOWN without flushing the journal: from this moment nothing reaches the disk, what was not synced is
 * lost, and the file system must be mounted anew, as after a power cut. (Linux, fs/ext4/ioctl.c.)
 */
const CUT =
  'open(my $f, "<", $ARGV[0]) or die; my $how = pack("L", 2); ioctl($f, 0x8004587d, $how) or die "$!"'

describe('the power is cut, for the disk under the engine', () => {
  const folder = freshFolder('power')
  const disk = path.join(folder, 'disk')
  let image = path.join(folder, 'disk.img')
  const mount = () => mustRun('mount', ['-o', 'loop', image, disk])
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    await mustRun('truncate', ['-s', '256M', image])
    await mustRun('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    mkdirSync(disk)
    await mount()
    registry = await startRegistry()
    engine = await startEmbedded({ root: path.join(disk, 'root') })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
    await pushImage(registry.host, 'layered', '1', layeredImage('docker'))
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
    await run('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })

  for (let round = 0; round < repeats; round++) {
    test(`what was acknowledged is there when it is back, and nothing is half-made (${round})`, async () => {
      const random = randomNumbers(`power-cut ${round}`)
      const ledger = new Ledger()
      let cut = false
      // Without running containers: their processes would keep the disk from being taken away.
      const jobs = ['pull', 'tag', 'load', 'create', 'prune volumes', 'prune images', 'prune containers']
      let n = round * 100_000
      const work = jobs.map(async (name) => {
        while (!cut) {
          await JOBS[name]?.({ api, registry: registry.host, ledger, n: ++n, random }).catch(() => undefined)
        }
      })
      await delay(500 + random(1500))
      // From here on an acknowledgement may be one that the disk never saw.
      ledger.close()
      await mustRun('perl', ['-e', CUT, disk])
      cut = true
      const made = await api.post('/volumes/create', { Name: 'after-the-cut' })
      expect(made.status).toBeGreaterThanOrEqual(500)
      expect((await api.get('/_ping')).text).toBe('OK')
      await engine.kill()
      await Promise.all(work)
      // The bytes that the disk has, as another disk: who else may still hold the old one does not matter.
      await mustRun('umount', ['-l', disk])
      const copy = path.join(folder, `disk-${round}.img`)
      await mustRun('cp', ['--sparse=always', image, copy])
      rmSync(image)
      image = copy
      await mount()
      await engine.start()
      expect(await ledger.missing(api), engine.log().slice(-2000)).toEqual([])
      await expectSound(engine, 'after the cut', ['--deep'])
      await removeEverything(engine.socket)
    })
  }
})
