import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { expectError, onEachEngine } from './suite.ts'

const COUNT = 3000
/** Lines in bursts, so that files are begun anew between and within them. */
const BURSTS = `i=0; while [ $i -lt ${COUNT} ]; do echo line $i; i=$((i+1)); [ $((i % 300)) = 0 ] && sleep 0.3; done; true`
const lines = (from: number, to = COUNT) =>
  Array.from({ length: to - from }, (_, n) => `line ${from + n}\n`).join('')

onEachEngine('log drivers', (subject) => {
  const { api } = subject
  const logConfig = (Type: string, Config: object = {}) => ({ LogConfig: { Type, Config } })
  const logs = async (id: string, query: string) =>
    streamText((await api.get(`/containers/${id}/logs?stdout=1&${query}`)).body, 1)

  test('who follows a log that is begun anew loses no line and sees none twice [02.05]', async () => {
    const HostConfig = logConfig('json-file', { 'max-size': '10k', 'max-file': '100' })
    const id = await subject.start({ Cmd: ['sh', '-c', BURSTS], HostConfig })
    const [followed, tailed] = await Promise.all([logs(id, 'follow=1'), logs(id, 'follow=1&tail=0')])
    expect(followed).toBe(lines(0))
    expect(lines(0).endsWith(tailed)).toBe(true)
  })

  test('a log is begun anew at its size, and read over all of its files [02.05]', async () => {
    const HostConfig = logConfig('json-file', { 'max-size': '10k', 'max-file': '100' })
    const { id } = await subject.finish({ Cmd: ['sh', '-c', BURSTS], HostConfig })
    const { LogPath } = (await subject.inspect(id)) as unknown as { LogPath: string }
    expect(existsSync(`${LogPath}.3`)).toBe(true)
    expect(await logs(id, '')).toBe(lines(0))
    for (const tail of [1, 299, 1234, COUNT, COUNT + 5]) {
      expect(await logs(id, `tail=${tail}`), `tail ${tail}`).toBe(lines(Math.max(0, COUNT - tail)))
    }
    const stamped = (await logs(id, 'timestamps=1')).split('\n')
    const moment = Date.parse((stamped[1500] ?? '').split(' ')[0] ?? '') / 1000
    const since = await logs(id, `since=${moment.toFixed(3)}`)
    expect(lines(0).endsWith(since)).toBe(true)
    expect(since.length).toBeGreaterThan(0)
    const before = await logs(id, `until=${moment.toFixed(3)}`)
    expect(lines(0).startsWith(before)).toBe(true)
  })

  test('no more files are kept than are asked for [02.05]', async () => {
    const HostConfig = logConfig('json-file', { 'max-size': '10k', 'max-file': '2' })
    const { id } = await subject.finish({ Cmd: ['sh', '-c', BURSTS], HostConfig })
    const { LogPath } = (await subject.inspect(id)) as unknown as { LogPath: string }
    expect([`${LogPath}.1`, `${LogPath}.2`].map((file) => existsSync(file))).toEqual([true, false])
    const left = await logs(id, '')
    expect(lines(0).endsWith(left)).toBe(true)
    expect(left.length).toBeLessThan(lines(0).length)
  })

  test('details are the labels and variables that the options name [02.05]', async () => {
    const { id } = await subject.finish({
      Cmd: ['echo', 'one'],
      Labels: { role: 'a b', other: 'x' },
      Env: ['COLOR=te=al', 'P=1'],
      HostConfig: logConfig('json-file', { labels: 'role,none', env: 'COLOR' }),
    })
    expect(await logs(id, 'details=1')).toBe('COLOR=te%3Dal,role=a+b one\n')
    expect(await logs(id, 'details=1&timestamps=1')).toMatch(/^\S+Z COLOR=te%3Dal,role=a\+b one\n$/)
    const { id: plain } = await subject.finish({ Cmd: ['echo', 'one'] })
    expect(await logs(plain, 'details=1')).toBe(' one\n')
  })

  test('the local driver reads like the other and shows no path; none keeps nothing [02.05]', async () => {
    const { id } = await subject.finish({ Cmd: ['echo', 'kept'], HostConfig: logConfig('local') })
    expect(await logs(id, '')).toBe('kept\n')
    expect(await subject.inspect(id)).toMatchObject({ LogPath: '', HostConfig: logConfig('local') })
    const none = await subject.start({ Cmd: ['echo', 'gone'], HostConfig: logConfig('none') })
    await subject.exitCode(none)
    expectError(
      await api.get(`/containers/${none}/logs?stdout=1`),
      501,
      'configured logging driver does not support reading',
    )
  })

  test('attach works without a log [02.05]', async () => {
    const id = await subject.create({
      Cmd: ['echo', 'heard'],
      AttachStdout: true,
      HostConfig: logConfig('none'),
    })
    const attached = await api.hijack('POST', `/containers/${id}/attach?stream=1&stdout=1`, { upgrade: true })
    await api.post(`/containers/${id}/start`)
    expect(streamText(await attached.all(), 1)).toBe('heard\n')
  })

  test.each([
    [logConfig('nosuch'), 'error looking up logging plugin nosuch: plugin "nosuch" not found'],
    [logConfig('json-file', { bogus: '1' }), "unknown log opt 'bogus' for json-file log driver"],
    [logConfig('local', { labels: 'x' }), "unknown log opt 'labels' for log driver local"],
    [logConfig('json-file', { mode: 'bogus' }), 'logger: logging mode not supported: bogus'],
  ])('%o is refused [02.05]', async (HostConfig, message) => {
    const body = { Image: subject.busybox, Cmd: ['true'], HostConfig }
    expectError(await api.post('/containers/create', body), 400, message)
  })

  test.each([
    [{ 'max-size': 'x' }, /^failed to initialize logging driver: .*invalid size: 'x'$/],
    [
      { 'max-size': '1m', 'max-file': '0' },
      'failed to initialize logging driver: max-file cannot be less than 1',
    ],
    [{ 'max-size': '0' }, 'failed to initialize logging driver: max-size must be a positive number'],
  ])(
    '%o never logs anything: dockerd says so at the start, Longshore at once [02.05]',
    async (Config, message) => {
      const body = { Image: subject.busybox, Cmd: ['true'], HostConfig: logConfig('json-file', Config) }
      const made = await api.post('/containers/create', body)
      const refused =
        made.status === 201 ? await api.post(`/containers/${made.json<{ Id: string }>().Id}/start`) : made
      expectError(refused, [400, 500], message)
    },
  )
})
