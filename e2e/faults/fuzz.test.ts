import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { removeEverything } from '../fixtures/engine.ts'
import { fuzz, pick } from './fuzzing.ts'
import { engineWithImage, expectSound, start } from './harness.ts'

const BYTES: readonly string[] = [
  '\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /v1.41/containers/json HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
  'POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a',
  'POST /v1.41/exec/x/start HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\n',
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  '\u0016\u0003\u0001\u0002\u0000',
]

const { engine, api } = await engineWithImage()

describe('nonsense on the socket', () => {
  test('in bytes that are no HTTP ends that connection only', async () => {
    for (const bytes of BYTES) {
      await new Promise<void>((resolve) => {
        const stream = net.connect(engine.socket, () => stream.write(bytes))
        stream.on('error', () => resolve())
        stream.on('close', () => resolve())
        stream.on('data', () => stream.destroy())
        setTimeout(() => stream.destroy(), 300)
      })
      expect((await api.get('/_ping')).text).toBe('OK')
    }
    await expectSound(engine)
  })

  test('on connections that were taken over ends those only', async () => {
    const id = await start(api, { Cmd: ['cat'], OpenStdin: true, HostConfig: { NetworkMode: 'none' } })
    const wrong = await fuzz('fuzz-hijack', engine, async (random) => {
      const exec = async () =>
        (
          await api.post(`/containers/${id}/exec`, {
            Cmd: pick(random, [['cat'], ['true'], ['sh', '-c', 'echo x; exit 1'], ['no-such-program']]),
            AttachStdin: random(2) === 0,
            AttachStdout: true,
            Tty: random(2) === 0,
          })
        ).json<{ Id: string }>().Id
      const target =
        random(2) === 0 ? `/exec/${await exec()}/start` : `/containers/${id}/attach?stream=1&stdin=1&stdout=1`
      const body = pick(random, ['{}', '{"Detach":false,"Tty":true}', '', '{', 'null'])
      const head = [
        `POST /v1.41${target} HTTP/1.1`,
        'Host: x',
        'Content-Type: application/json',
        ...pick(random, [
          [],
          ['Connection: Upgrade', 'Upgrade: tcp'],
          ['Connection: Upgrade', 'Upgrade: websocket'],
        ]),
        `Content-Length: ${Math.max(0, body.length + pick(random, [0, 0, 0, -1, 5]))}`,
      ]
      const noise = Buffer.from(Array.from({ length: random(5000) }, () => random(256)))
      await new Promise<void>((resolve) => {
        const stream = net.connect({ path: engine.socket, allowHalfOpen: true }, () => {
          stream.write(`${head.join('\r\n')}\r\n\r\n${body}`)
          stream.write(noise)
          const leave = pick(random, [
            () => stream.end(),
            () => stream.destroy(),
            () => setTimeout(() => stream.destroy(), random(30)),
          ])
          leave()
        })
        stream.resume()
        stream.on('error', () => resolve())
        stream.on('close', () => resolve())
        setTimeout(() => stream.destroy(), 100)
      })
      const alive = await api.get(`/containers/${id}/json`)
      return alive.status === 200 ? null : `${alive.status} ${alive.text}`
    })
    expect(wrong.join('\n')).toBe('')
    await removeEverything(engine.socket)
    await expectSound(engine)
  }, 3_600_000)
})
