import { describe, expect, test } from 'vitest'
import { isAlive } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, repeats, start } from './harness.ts'

const { engine, api } = await engineWithImage()

describe('the engine is killed while someone is attached to a terminal', () => {
  for (let round = 1; round <= repeats; round++) {
    test(`the shell lives, can be attached to again, and its exit code is known (${round})`, async () => {
      const id = await start(api, { Cmd: ['sh'], Tty: true, OpenStdin: true })
      const attach = () =>
        api.hijack('POST', `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`, { upgrade: true })
      const pid = async () =>
        (await api.get(`/containers/${id}/json`)).json<{ State: { Pid: number } }>().State.Pid
      const before = await pid()
      const first = await attach()
      first.stream.write('MARK=kept; echo fir""st\n')
      await first.until('first\r\n')
      await engine.kill()
      await first.all()
      expect(isAlive(before)).toBe(true)
      await engine.start()
      expect(await pid()).toBe(before)

      const second = await attach()
      second.stream.write('echo "again $MARK"\n')
      await second.until('again kept\r\n')
      expect((await api.post(`/containers/${id}/resize?h=51&w=151`)).status).toBe(200)
      second.stream.write('stty size\n')
      await second.until('51 151')
      second.stream.write('exit 5\n')
      await second.all()
      expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 5 })
      const log = (await api.get(`/containers/${id}/logs?stdout=1`)).text
      expect(log).toContain('first\r\n')
      expect(log).toContain('again kept\r\n')
      await api.delete(`/containers/${id}`)
      await expectSound(engine)
    })
  }

  test('an exec’s client sees the end of its stream, and a new exec works', async () => {
    const id = await start(api, { Cmd: ['sleep', '1000'] })
    const exec = async (Cmd: string[]) => {
      const { Id } = (await api.post(`/containers/${id}/exec`, { Cmd, AttachStdout: true })).json<{
        Id: string
      }>()
      return api.hijack('POST', `/exec/${Id}/start`, { upgrade: true, json: {} })
    }
    const lasting = await exec(['sh', '-c', 'echo here; sleep 1000'])
    await lasting.until('here')
    await engine.kill()
    await lasting.all()
    await engine.start()
    const next = await exec(['echo', 'still'])
    expect((await next.all()).toString()).toContain('still')
    await api.delete(`/containers/${id}?force=1`)
    await expectSound(engine)
  })
})
