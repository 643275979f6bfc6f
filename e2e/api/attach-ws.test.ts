import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../fixtures/processes.ts'
import { expectError, onEachEngine, type Subject } from './suite.ts'

/** Opens a WebSocket to an engine and collects what it says. */
function open(subject: Subject, path: string) {
  const socket = new WebSocket(`ws+unix://${subject.engine.socket}:/v1.41${path}`)
  const parts: Buffer[] = []
  socket.on('message', (data: Buffer) => parts.push(data))
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const said = () => Buffer.concat(parts).toString()
  return { socket, opened, closed, said, until: (text: string) => until(text, () => said().includes(text)) }
}

onEachEngine('attach over a WebSocket', (subject) => {
  const { api } = subject

  test('carries both streams out and stdin in, without frames [03.11]', async () => {
    const id = await subject.create({
      Cmd: ['sh', '-c', 'echo out; echo err >&2; while read line; do echo got $line; done'],
      OpenStdin: true,
    })
    const ws = open(subject, `/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`)
    await ws.opened
    expect((await api.post(`/containers/${id}/start`)).status).toBe(204)
    await ws.until('out\n')
    await ws.until('err\n')
    ws.socket.send('hello\n')
    await ws.until('got hello\n')
    ws.socket.send(Buffer.from('more\n'))
    await ws.until('got more\n')
    await api.post(`/containers/${id}/kill`)
    await ws.closed
  })

  test('replays the log when asked, and ends with the container [03.11]', async () => {
    const id = await subject.start({ Cmd: ['sh', '-c', 'echo before; sleep 1; echo after'] })
    await until('the first line', async () =>
      (await api.get(`/containers/${id}/logs?stdout=1`)).text.includes('before'),
    )
    const ws = open(subject, `/containers/${id}/attach/ws?logs=1&stream=1&stdout=1`)
    await ws.closed
    expect(ws.said()).toBe('before\nafter\n')
  })

  test('is the raw terminal of a container that has one [03.11]', async () => {
    const id = await subject.start({ Cmd: ['sh'], Tty: true, OpenStdin: true })
    const ws = open(subject, `/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1`)
    await ws.opened
    ws.socket.send('echo to-$((6*7)); exit\n')
    await ws.until('to-42\r\n')
    await ws.closed
  })

  test('who is not there is 404, who does not ask for a WebSocket is refused [03.11]', async () => {
    await expect(open(subject, '/containers/nobody/attach/ws?stream=1').opened).rejects.toThrow('404')
    const id = await subject.create({ Cmd: ['true'] })
    const plain = await api.get(`/containers/${id}/attach/ws?stream=1`)
    expect(plain.status).toBeGreaterThanOrEqual(400)
    if (subject.name === 'embedded') expectError(plain, 400, /needs a WebSocket/)
  })
})
