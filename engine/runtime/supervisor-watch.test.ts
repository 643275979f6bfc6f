import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { identify, isAlive, type ProcessIdentity } from '../host/process.ts'
import { SupervisorWatch } from './supervisor-watch.ts'

describe('a watch of supervisors', () => {
  let scratch: string
  let exits: string
  let lifeline: string
  let watch: SupervisorWatch

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-watch-'))
    exits = join(scratch, 'exits')
    mkdirSync(exits)
    lifeline = join(scratch, 'lifeline')
    execFileSync('mkfifo', [lifeline])
    watch = new SupervisorWatch(exits, join(scratch, 'persist'), (error) => {
      throw error
    })
  })

  afterEach(() => {
    watch.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('leaves what is supervised alone', async () => {
    const [process, supervisor] = [await sleeper(), await sleeper(lifeline)]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity }, lifeline)
    expect(isAlive(process.identity)).toBe(true)
    expect(readdirSync(exits)).toEqual([])
    watch.remove('a')
    await Promise.all([process.end(), supervisor.end()])
  })

  it('ends a container whose supervisor was killed, and writes down its exit', async () => {
    const [process, supervisor] = [await sleeper(), await sleeper(lifeline)]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity }, lifeline)
    await supervisor.end()
    await vi.waitFor(() => expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('137'))
    expect(readdirSync(exits)).toEqual(['a'])
    await process.ended
  })

  it('says that the code is unknown when both are gone', async () => {
    const [process, supervisor] = [await sleeper(), await sleeper(lifeline)]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity }, lifeline)
    await Promise.all([process.end(), supervisor.end()])
    await vi.waitFor(() => expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('255'))
  })

  it('believes the exit file that a supervisor left', async () => {
    const [process, supervisor] = [await sleeper(), await sleeper(lifeline)]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity }, lifeline)
    writeFileSync(join(exits, 'a'), '3')
    await Promise.all([process.end(), supervisor.end()])
    expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('3')
  })

  it('gives no end to a container that was deleted meanwhile', async () => {
    const [process, supervisor] = [await sleeper(), await sleeper(lifeline)]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity }, lifeline)
    watch.remove('a')
    await Promise.all([process.end(), supervisor.end()])
    expect(readdirSync(exits)).toEqual([])
  })
})

/** A process; with a FIFO one that holds both of its ends, as a supervisor does, and says so. */
async function sleeper(
  fifo = '/dev/null',
): Promise<{ identity: ProcessIdentity; ended: Promise<void>; end(): Promise<void> }> {
  const script = 'exec 3<>"$1"; echo ready; exec sleep 60'
  const child = spawn('sh', ['-c', script, 'sh', fifo], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const identity = identify(child.pid ?? 0)
  if (!identity) throw new Error('sleep does not run')
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    identity,
    ended,
    end: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
