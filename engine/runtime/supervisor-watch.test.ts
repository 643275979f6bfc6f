import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identify, isAlive, type ProcessIdentity } from '../host/process.ts'
import { SupervisorWatch } from './supervisor-watch.ts'

describe('a watch of supervisors', () => {
  let scratch: string
  let exits: string
  let watch: SupervisorWatch

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-watch-'))
    exits = join(scratch, 'exits')
    mkdirSync(exits)
    watch = new SupervisorWatch(exits, join(scratch, 'persist'))
  })

  afterEach(() => {
    watch.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('leaves what is supervised alone', async () => {
    const [process, supervisor] = [sleeper(), sleeper()]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity })
    await watch.look()
    expect(isAlive(process.identity)).toBe(true)
    expect(readdirSync(exits)).toEqual([])
    await Promise.all([process.end(), supervisor.end()])
  })

  it('ends a container whose supervisor was killed, and writes down its exit', async () => {
    const [process, supervisor] = [sleeper(), sleeper()]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity })
    await supervisor.end()
    await watch.look()
    expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('137')
    expect(readdirSync(exits)).toEqual(['a'])
    await process.ended
  })

  it('says that the code is unknown when both are gone', async () => {
    const [process, supervisor] = [sleeper(), sleeper()]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity })
    await Promise.all([process.end(), supervisor.end()])
    await watch.look()
    expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('255')
  })

  it('believes the exit file that a supervisor left', async () => {
    const [process, supervisor] = [sleeper(), sleeper()]
    watch.add('a', { process: process.identity, supervisor: supervisor.identity })
    writeFileSync(join(exits, 'a'), '3')
    await Promise.all([process.end(), supervisor.end()])
    await watch.look()
    expect(readFileSync(join(exits, 'a'), 'utf8')).toBe('3')
  })
})

function sleeper(): { identity: ProcessIdentity; ended: Promise<void>; end(): Promise<void> } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
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
