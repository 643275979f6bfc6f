import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findDockerClis } from '../fixtures/docker-cli.ts'
import { removeEverything } from '../fixtures/engine.ts'
import { run } from '../fixtures/processes.ts'
import { engineCommand, giveBox, type OwnDaemon, POLITE, startDaemon } from './daemon.ts'

let daemon: OwnDaemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

/** One that runs and one that has ended, each with a volume; a network; a second name of the image. */
beforeEach(async () => {
  await removeEverything(daemon.engine.socket)
  if ((await daemon.api.get('/images/box/json')).status === 404) await giveBox(daemon.api)
  const none = { NetworkMode: 'none' }
  await daemon.start({ Cmd: POLITE, HostConfig: { ...none, Binds: ['kept:/data'] } })
  const ended = await daemon.start({
    Cmd: ['sh', '-c', 'head -c 500000 /dev/zero > /mine; head -c 300000 /dev/zero > /data/file'],
    HostConfig: { ...none, Binds: ['scratch:/data'] },
  })
  await daemon.api.post(`/containers/${ended}/wait`)
  await daemon.api.post(`/containers/${ended}/rename?name=ended`)
  expect((await daemon.api.post('/networks/create', { Name: 'empty' })).status).toBe(201)
})

const volumes = async () =>
  (await daemon.api.get('/volumes'))
    .json<{ Volumes: { Name: string }[] | null }>()
    .Volumes?.map(({ Name }) => Name) ?? []
const containers = async () => (await daemon.api.get('/containers/json?all=1')).json<object[]>().length

test('the plan says what goes and why, and removes nothing [02.17]', async () => {
  const place = ['--socket', daemon.engine.socket, '--root', daemon.engine.root]
  const said = await engineCommand(['prune', '--plan', '--volumes', 'all', ...place])
  expect(said.code, said.stderr).toBe(0)
  const lines = said.stdout.split('\n')
  expect(lines[0]).toMatch(/^container {2}ended {4}5\d\d(\.\d)?kB +it is not running: Exited \(0\)/)
  expect(lines[1]).toMatch(/^network {4}empty {4}0B +no running container is on it$/)
  expect(lines[2]).toMatch(/^volume {5}scratch {2}3\d\d(\.\d)?kB +only ended, which goes too, needed it$/)
  expect(lines[3]).toMatch(/^3 things, which frees 8\d\d(\.\d)?kB$/)
  expect(await containers()).toBe(2)
  expect(await volumes()).toEqual(['kept', 'scratch'])
})

test('what is asked for is removed, and what is needed again is left and told of [02.17]', async () => {
  const plan = (await daemon.api.version('').get('/longshore/v1/prune?volumes=all')).json<{
    steps: object[]
  }>()
  expect(plan.steps).toHaveLength(3)
  // Somebody starts it between the plan and the doing.
  await daemon.api.post('/containers/ended/start')
  await daemon.api.post('/containers/ended/wait')
  const again = await daemon.api.post('/containers/create?name=late', {
    Image: 'box',
    Cmd: ['true'],
    HostConfig: { Binds: ['scratch:/data'] },
  })
  expect(again.status).toBe(201)
  const done = (await daemon.api.version('').post('/longshore/v1/prune', plan)).json<{
    removed: { kind: string }[]
    left: { kind: string; why: string }[]
    bytes: number
  }>()
  expect(done.removed.map(({ kind }) => kind)).toEqual(['container', 'network'])
  expect(done.left).toEqual([
    expect.objectContaining({ kind: 'volume', why: expect.stringContaining('volume is in use') }),
  ])
  expect(done.bytes).toBeGreaterThanOrEqual(500_000)
  const rest = await engineCommand(['prune', '--yes', '--volumes=all', '--socket', daemon.engine.socket])
  expect(rest.stdout).toMatch(/^removed 2, which freed 3\d\d(\.\d)?kB\n$/)
  expect(await volumes()).toEqual(['kept'])
})

test('an image that only what goes has needed goes with it, by its bytes [02.17]', async () => {
  await removeEverything(daemon.engine.socket)
  const { stdout } = await engineCommand([
    ...['prune', '--yes', '--json', '--images', 'unused', '--socket', daemon.engine.socket],
  ])
  expect(JSON.parse(stdout)).toMatchObject({ removed: [{ kind: 'image' }], left: [] })
  expect((JSON.parse(stdout) as { bytes: number }).bytes).toBeGreaterThan(500_000)
  expect((await daemon.api.get('/images/json')).json()).toEqual([])
})

test('one of both is needed, and a wish that is none is refused', async () => {
  const at = ['--socket', daemon.engine.socket]
  expect((await engineCommand(['prune', ...at])).stderr).toContain('prune needs --plan')
  expect((await engineCommand(['prune', '--plan', '--images', 'some', ...at])).stderr).toContain(
    'images cannot be "some": use one of dangling, none, unused',
  )
})

test('docker system prune and df, with every CLI here [02.17]', async () => {
  for (const cli of await findDockerClis()) {
    const docker = (...args: string[]) =>
      run(cli.path, ['-H', `unix://${daemon.engine.socket}`, ...args], {
        env: { DOCKER_CONFIG: daemon.folder },
      })
    await daemon.api.post('/networks/create', { Name: 'empty' })
    const made = await daemon.start({
      Cmd: ['sh', '-c', 'head -c 400000 /dev/zero > /x'],
      HostConfig: { NetworkMode: 'none' },
    })
    await daemon.api.post(`/containers/${made}/wait`)
    const df = await docker('system', 'df', '-v')
    expect(df, df.stderr).toMatchObject({ code: 0 })
    expect(df.stdout).toContain('Local Volumes space usage')
    const pruned = await docker('system', 'prune', '-f', '--volumes')
    expect(pruned, pruned.stderr).toMatchObject({ code: 0 })
    expect(pruned.stdout).toContain(made)
    expect(pruned.stdout).toContain('empty')
    expect(pruned.stdout).toMatch(/Total reclaimed space: [1-9]/)
    expect(await containers()).toBe(1)
    const builder = await docker('builder', 'prune', '-f')
    expect(builder.stdout + builder.stderr).toMatch(/Total(?: reclaimed space)?:\s*0B/)
  }
})
