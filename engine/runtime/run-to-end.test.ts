/** Processes that end with the engine, on real crun. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cgroupDirectories, cgroupLayout } from '../host/cgroup.ts'
import { openRuntime } from './conmon-runtime.ts'
import type { ContainerSettings, ProcessSettings, Runtime } from './runtime.ts'
import { canRunContainers, makeRootfs, settingsFor } from './scratch-container.ts'

describe.runIf(canRunContainers())('a process run to its end', { timeout: 30_000 }, () => {
  let scratch: string
  let rootfs: string
  let runtime: Runtime
  const cgroupParent = `/longshore-attended-${process.pid}`
  let count = 0

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-attended-'))
    rootfs = makeRootfs(join(scratch, 'rootfs'))
    runtime = await openRuntime({ stateDir: join(scratch, 'state'), cgroupParent })
  })

  afterAll(async () => {
    expect(await runtime.list()).toEqual([])
    await runtime.close()
    for (const path of cgroupDirectories(cgroupLayout(), cgroupParent)) expect(existsSync(path)).toBe(false)
    rmSync(scratch, { recursive: true, force: true })
  })

  async function run(
    process: Partial<ProcessSettings>,
    more: Partial<ContainerSettings> = {},
    signal = new AbortController().signal,
    seen: (text: string) => void = () => {},
  ) {
    const said = { stdout: '', stderr: '' }
    const code = await runtime.runToEnd(
      settingsFor(`a${++count}`, rootfs, process, { logPath: null, ...more }),
      {
        signal,
        output: (stream, bytes) => {
          said[stream] += Buffer.from(bytes).toString()
          seen(said[stream])
        },
      },
    )
    return { code, ...said }
  }

  it('gives its output and its exit code', async () => {
    const script = 'echo out; echo err > /dev/stderr; cat; exit 7'
    expect(await run({ args: ['sh', '-c', script] })).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' })
  })

  it('says as Docker does that a program is missing', async () => {
    await expect(run({ args: ['/no/such'] })).rejects.toThrow(
      'exec: "/no/such": stat /no/such: no such file or directory',
    )
  })

  it('is killed with all that it started when it is not wanted any more', async () => {
    const stop = new AbortController()
    const script = 'sleep 1000 & echo begun; wait'
    const running = run({ args: ['sh', '-c', script] }, {}, stop.signal, () => stop.abort())
    await expect(running).rejects.toMatchObject({ kind: 'cancelled' })
  })

  it('takes what it left in the background with it', async () => {
    expect(await run({ args: ['sh', '-c', 'sleep 1000 & exit 0'] })).toMatchObject({ code: 0 })
  })

  it('may write for a user that is not root', async () => {
    expect(await run({ args: ['sh', '-c', 'echo x > /dev/stdout'], user: 'app' })).toMatchObject({
      code: 0,
      stdout: 'x\n',
    })
  })
})
