import { expect, test } from 'vitest'
import { decodeFrames, streamText } from '../fixtures/frames.ts'
import { until } from '../fixtures/processes.ts'
import { onEachEngine } from './suite.ts'

onEachEngine('attach', (subject) => {
  const { api } = subject
  const CAT = { Cmd: ['cat'], OpenStdin: true, StdinOnce: true, AttachStdin: true }

  for (const upgrade of [true, false]) {
    test(`takes the connection over with ${upgrade ? '101 when asked to upgrade' : '200 when not'}`, async () => {
      const id = await subject.start(CAT)
      const attached = await api.hijack(
        'POST',
        `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
        {
          upgrade,
        },
      )
      expect(attached.status).toBe(upgrade ? 101 : 200)
      if (upgrade) {
        expect(attached.headers.connection).toBe('Upgrade')
        expect(attached.headers.upgrade).toBe('tcp')
      }
      expect(attached.headers['content-type']).toBe('application/vnd.docker.raw-stream')
      attached.stream.write('hello\n')
      await attached.until('hello\n')
      // Closing our half ends cat's stdin; its output still comes, and then its end.
      attached.stream.end('bye\n')
      expect(streamText(await attached.all(), 1)).toBe('hello\nbye\n')
      expect(await subject.exitCode(id)).toBe(0)
    })
  }

  test('before the start sees everything from the first byte [02.01] [02.02]', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 3'] })
    const attached = await api.hijack('POST', `/containers/${id}/attach?stream=1&stdout=1&stderr=1`, {
      upgrade: true,
    })
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    const bytes = await attached.all()
    expect(streamText(bytes, 1)).toBe('out\n')
    expect(streamText(bytes, 2)).toBe('err\n')
    expect(await subject.exitCode(id)).toBe(3)
  })

  test('gives only the streams asked for', async () => {
    const id = await subject.create({ Cmd: ['sh', '-c', 'echo out; echo err >&2'] })
    const attached = await api.hijack('POST', `/containers/${id}/attach?stream=1&stderr=1`, { upgrade: true })
    await api.post(`/containers/${id}/start`)
    expect(decodeFrames(await attached.all())).toEqual([{ stream: 2, text: 'err\n' }])
  })

  test('with logs=1 replays what was written before', async () => {
    const id = await subject.start({
      Cmd: ['sh', '-c', 'trap "echo later; exit 0" TERM; echo earlier; while :; do sleep 0.05; done'],
    })
    await until('the log', async () =>
      (await api.get(`/containers/${id}/logs?stdout=1`)).text.includes('earlier'),
    )
    const attached = await api.hijack('POST', `/containers/${id}/attach?logs=1&stream=1&stdout=1`, {
      upgrade: true,
    })
    await attached.until('earlier')
    await api.post(`/containers/${id}/kill?signal=TERM`)
    expect(streamText(await attached.all(), 1)).toBe('earlier\nlater\n')
  })

  test('with logs=1 gives a slow client what came while it still read the past', async () => {
    const past = 8_000_000
    const id = await subject.start({
      Cmd: [
        'sh',
        '-c',
        `trap "echo later; exit 0" TERM; yes $(printf %01999d 7) | head -c ${past}; echo ready >&2; while :; do sleep 0.05; done`,
      ],
    })
    await until('the log', async () =>
      (await api.get(`/containers/${id}/logs?stderr=1`)).text.includes('ready'),
    )
    const attached = await api.hijack('POST', `/containers/${id}/attach?logs=1&stream=1&stdout=1`, {
      upgrade: true,
    })
    attached.stream.pause()
    await api.post(`/containers/${id}/kill?signal=TERM`)
    expect(await subject.exitCode(id)).toBe(0)
    attached.stream.resume()
    const text = streamText(await attached.all(), 1)
    expect(text.length).toBe(past + 'later\n'.length)
    expect(text.endsWith('7\nlater\n')).toBe(true)
  })

  test('to a terminal is raw, echoes, and its size can be changed [03.11]', async () => {
    const id = await subject.start({ Cmd: ['sh'], Tty: true, OpenStdin: true, StdinOnce: true })
    expect((await api.post(`/containers/${id}/resize?h=41&w=123`)).status).toBe(200)
    const attached = await api.hijack('POST', `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`, {
      upgrade: true,
    })
    await until('the size', async () => {
      attached.stream.write('stty size\n')
      return (await attached.until('\n')).includes('41 123')
    })
    attached.stream.write('exit 6\n')
    await attached.all()
    expect(await subject.exitCode(id)).toBe(6)
  })

  test('two clients see the same output, and one going away harms nothing', async () => {
    const id = await subject.start({ Cmd: ['cat'], OpenStdin: true })
    const path = `/containers/${id}/attach?stream=1&stdin=1&stdout=1`
    const [one, two] = await Promise.all([
      api.hijack('POST', path, { upgrade: true }),
      api.hijack('POST', path, { upgrade: true }),
    ])
    one.stream.write('shared\n')
    await Promise.all([one.until('shared\n'), two.until('shared\n')])
    one.stream.destroy()
    two.stream.write('alone\n')
    await two.until('alone\n')
    expect((await subject.inspect(id)).State.Running).toBe(true)
    two.stream.destroy()
  })

  test('carries a million bytes each way without loss', async () => {
    const id = await subject.start({ ...CAT, Cmd: ['sh', '-c', 'wc -c'] })
    const attached = await api.hijack('POST', `/containers/${id}/attach?stream=1&stdin=1&stdout=1`, {
      upgrade: true,
    })
    attached.stream.end(Buffer.alloc(1_000_000, 'a'))
    expect(streamText(await attached.all(), 1).trim()).toBe('1000000')
    const out = await subject.create({ Cmd: ['sh', '-c', 'head -c 1000000 /dev/zero'] })
    const reader = await api.hijack('POST', `/containers/${out}/attach?stream=1&stdout=1`, { upgrade: true })
    await api.post(`/containers/${out}/start`)
    expect(streamText(await reader.all(), 1)).toHaveLength(1_000_000)
  })

  test('to one that is not there is an error', async () => {
    const missing = await api.hijack('POST', '/containers/nobody/attach?stream=1&stdout=1', { upgrade: true })
    expect(missing.status).toBe(404)
    expect((await missing.all()).toString()).toContain('No such container: nobody')
  })
})
