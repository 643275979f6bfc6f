/** The raw floor: the OCI runtime alone on a ready bundle, without an engine. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { busyboxTar } from '../fixtures/images.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { mustRun } from '../fixtures/processes.ts'

/** A bundle that `runc run` can start again and again. */
export interface Floor {
  /** Milliseconds of one `runc run` of `true` with its own namespaces and cgroup. */
  once(): Promise<number>
  close(): void
}

/** Makes the bundle. runc is used because it runs on every cgroup layout without help. */
export function makeFloor(): Floor {
  const folder = freshFolder('floor')
  const rootfs = path.join(folder, 'rootfs')
  mkdirSync(rootfs)
  execFileSync('tar', ['-xf', '-', '-C', rootfs], { input: busyboxTar() })
  execFileSync('runc', ['spec'], { cwd: folder })
  const spec = JSON.parse(execFileSync('cat', [path.join(folder, 'config.json')], { encoding: 'utf8' }))
  spec.process.args = ['true']
  spec.process.terminal = false
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(spec))
  let runs = 0
  return {
    async once() {
      const from = performance.now()
      await mustRun('runc', [
        '--root',
        path.join(folder, 'state'),
        'run',
        '-b',
        folder,
        `floor-${process.pid}-${runs++}`,
      ])
      return performance.now() - from
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
