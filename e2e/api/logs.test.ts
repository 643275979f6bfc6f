import { expect, test } from 'vitest'
import { decodeFrames, streamText } from '../fixtures/frames.ts'
import type { Stream } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine } from './suite.ts'

/** Collects what a stream brings, for tests that look while it is still coming. */
function collect(stream: Stream): { readonly bytes: () => Buffer; readonly ended: Promise<void> } {
  const parts: Buffer[] = []
  stream.body.on('data', (part: Buffer) => parts.push(part))
  const ended = new Promise<void>((resolve) => stream.body.on('close', () => resolve()))
  return { bytes: () => Buffer.concat(parts), ended }
}

onEachEngine('logs', (subject) => {
  const { api } = subject

  test('are frames that keep stdout and stderr apart [02.05]', async () => {
    const { id } = await subject.finish({ Cmd: ['sh', '-c', 'echo out; echo err >&2; printf unfinished'] })
    const both = await api.get(`/containers/${id}/logs?stdout=1&stderr=1`)
    expect(both.status).toBe(200)
    expect(streamText(both.body, 1)).toBe('out\nunfinished')
    expect(streamText(both.body, 2)).toBe('err\n')
    const one = await api.get(`/containers/${id}/logs?stderr=1`)
    expect(decodeFrames(one.body)).toEqual([{ stream: 2, text: 'err\n' }])
    expectError(
      await api.get(`/containers/${id}/logs`),
      400,
      'Bad parameters: you must choose at least one stream',
    )
    expectError(await api.get('/containers/nobody/logs?stdout=1'), 404, 'No such container: nobody')
  })

  test('of a terminal are raw bytes with both streams in one', async () => {
    const { id } = await subject.finish({ Cmd: ['sh', '-c', 'echo out; echo err >&2'], Tty: true })
    expect((await api.get(`/containers/${id}/logs?stdout=1`)).text).toBe('out\r\nerr\r\n')
  })

  test('are byte-exact for long lines, control characters and UTF-8', async () => {
    const { log } = await subject.finish({
      Cmd: ['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x; echo; printf "\\001\\033[1m\\n"; echo ✓'],
    })
    expect(streamText(log, 1) === `${'x'.repeat(100_000)}\n\x01\x1b[1m\n✓\n`).toBe(true)
  })

  test('tail, since, until and timestamps choose lines [02.05]', async () => {
    const { id } = await subject.finish({
      Cmd: ['sh', '-c', 'for i in 1 2 3; do echo $i; done; sleep 1.1; echo 4'],
    })
    const lines = async (query: string) =>
      streamText((await api.get(`/containers/${id}/logs?stdout=1&${query}`)).body, 1)
    expect(await lines('tail=2')).toBe('3\n4\n')
    expect(await lines('tail=0')).toBe('')
    expect(await lines('tail=all')).toBe('1\n2\n3\n4\n')
    const stamped = await lines('timestamps=1')
    const times = stamped
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
    for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    expect(stamped.split('\n')[3]).toBe(`${times[3]} 4`)
    const between = Date.parse(times[3] ?? '') / 1000 - 0.5
    expect(await lines(`since=${between.toFixed(9)}`)).toBe('4\n')
    expect(await lines(`until=${between.toFixed(9)}`)).toBe('1\n2\n3\n')
    expect(await lines(`since=${Math.floor(Date.now() / 1000) + 100}`)).toBe('')
  })

  test('follow brings new lines and ends with the container [02.05]', async () => {
    const id = await subject.start({
      Cmd: ['sh', '-c', 'trap "echo last; exit 0" TERM; echo first; while :; do sleep 0.05; done'],
    })
    const stream = await api.stream('GET', `/containers/${id}/logs?stdout=1&follow=1`)
    const seen = collect(stream)
    await until('the first line', () => streamText(seen.bytes(), 1) === 'first\n')
    await api.post(`/containers/${id}/stop`)
    await seen.ended
    expect(streamText(seen.bytes(), 1)).toBe('first\nlast\n')
  })

  test('follow with tail=0 brings only what is new, and a client may go away', async () => {
    const id = await subject.start({
      Cmd: [
        'sh',
        '-c',
        'trap "echo more" USR1; trap "exit 0" TERM; echo early; while :; do sleep 0.05; done',
      ],
    })
    await until('the early line', async () =>
      (await api.get(`/containers/${id}/logs?stdout=1`)).text.includes('early'),
    )
    const stream = await api.stream('GET', `/containers/${id}/logs?stdout=1&follow=1&tail=0`)
    const seen = collect(stream)
    await api.post(`/containers/${id}/kill?signal=USR1`)
    await until('the new line', () => streamText(seen.bytes(), 1) === 'more\n')
    stream.abort()
    await seen.ended
    expect((await subject.inspect(id)).State.Running).toBe(true)
  })
})
