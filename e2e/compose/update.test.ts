/** How a running service becomes another: in batches, overlapping or not, and back when it does not come up. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { background, until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: updates', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  const web = (level: string, deploy: string, check = 'true') => `
services:
  web:
    image: $IMAGE
    command: ${JSON.stringify(SLEEP)}
    environment: {LEVEL: ${level}}
    healthcheck: {test: ["CMD", "${check}"], interval: 200ms, retries: 2, timeout: 2s}
    volumes: ["data:/data"]
    deploy: ${deploy}
volumes: {data: {}}
`
  const levels = async () => {
    const rows = Object.keys(await stack.states()).map((name) => subject.inspect(`pier-${name}`))
    return (await Promise.all(rows)).map(({ Config }) =>
      (Config.Env as string[]).find((entry) => entry.startsWith('LEVEL='))?.slice(6),
    )
  }
  /** What happened to containers, in the order in which progress tells of it. */
  const steps = (stderr: string) =>
    stderr
      .split('\n')
      .flatMap(
        (line) =>
          / Container (\S+) {2}(Starting|Started|Stopping|Stopped|Healthy)/
            .exec(line)
            ?.slice(1, 3)
            .join(' ') ?? [],
      )

  test('stop-first: each batch is well before the next begins [20.17] [20.18] [20.22] [20.04] [20.08]', async () => {
    const update = '{replicas: 3, update_config: {parallelism: 1, delay: 1s, order: stop-first}}'
    stack.write(web('one', update))
    await stack.do('up -d --wait')
    stack.write(web('two', update))
    const { stderr } = await stack.do('--progress plain up -d')
    const told = steps(stderr).filter((line) => /pier-web-\d (Starting|Healthy)/.test(line))
    expect(told).toEqual(
      ['1', '2', '3'].flatMap((number) => [`pier-web-${number} Starting`, `pier-web-${number} Healthy`]),
    )
    expect(stderr.match(/Delayed/g)).toHaveLength(2)
    expect(await levels()).toEqual(['two', 'two', 'two'])
  })

  test('start-first: the old one stops when the new one is well [20.22]', async () => {
    const update = '{update_config: {order: start-first}}'
    stack.write(web('one', update))
    await stack.do('up -d --wait')
    stack.write(web('two', update))
    const { stderr } = await stack.do('--progress plain up -d')
    const [started, healthy, stopping] = ['web-1  Started', 'web-1  Healthy', '_pier-web-1  Stopping'].map(
      (text) => stderr.indexOf(text),
    )
    expect(started).toBeLessThan(healthy as number)
    expect(healthy).toBeLessThan(stopping as number)
    expect(await levels()).toEqual(['two'])
  })

  test('rolls back to what ran before, all of it, when a new one is not well [20.19] [20.23]', async () => {
    const update =
      '{replicas: 2, update_config: {parallelism: 1, failure_action: rollback}, rollback_config: {parallelism: 1, delay: 1s, order: stop-first}}'
    stack.write(web('one', update))
    await stack.do('up -d --wait')
    const before = await Promise.all(['pier-web-1', 'pier-web-2'].map((name) => subject.inspect(name)))
    // The second of the new ones is not well: only one copy can hold the lock.
    const second = web('two', update).replace(
      '"true"',
      '"sh", "-c", "mkdir /data/lock 2>/dev/null && touch /mine; test -e /mine"',
    )
    stack.write(second)
    const failed = await stack.try('--progress plain up -d')
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringContaining(
        'container pier-web-2 is unhealthy; rolled back: pier-web-1, pier-web-2 are as before',
      ),
    ])
    const after = await Promise.all(['pier-web-1', 'pier-web-2'].map((name) => subject.inspect(name)))
    expect(after.map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id))
    expect(Object.values(await stack.states())).toEqual(['running', 'running'])
    // The next plan is the same again, and --no-rollback leaves it as it came.
    expect((await stack.do('plan')).stdout).toContain('environment LEVEL was one, now two')
    await stack.do('up -d --no-rollback')
    expect(await levels()).toEqual(['two', 'two'])
  })

  test('without update_config a service with a check is given back, too; pause leaves it, continue goes on [20.19] [20.21]', async () => {
    stack.write(web('one', '{replicas: 1}'))
    await stack.do('up -d --wait')
    stack.write(web('two', '{replicas: 1}', 'false'))
    expect((await stack.try('up -d')).stderr).toContain('rolled back: pier-web-1 is as before')
    expect(await levels()).toEqual(['one'])

    stack.write(web('two', '{replicas: 2, update_config: {failure_action: continue}}', 'false'))
    expect((await stack.do('--progress plain up -d')).stderr).toContain('Container pier-web-1  Warning')
    expect(await levels()).toEqual(['two', 'two'])

    stack.write(
      web('three', '{replicas: 2, update_config: {max_failure_ratio: 0.5, failure_action: pause}}', 'false'),
    )
    const paused = await stack.try('up -d')
    expect([paused.code, paused.stderr]).toEqual([
      1,
      expect.stringContaining('container pier-web-2 is unhealthy'),
    ])
  })

  test('monitor watches who has no check [20.20]', async () => {
    const plain = (command: string) =>
      `services: {web: {image: $IMAGE, command: ${JSON.stringify(command)}, deploy: {update_config: {monitor: 3s, failure_action: rollback}}}}`
    stack.write(plain(SLEEP))
    await stack.do('up -d')
    const { Id } = await subject.inspect('pier-web-1')
    stack.write(plain('sh -c "sleep 0.3; exit 7"'))
    expect((await stack.try('up -d')).stderr).toMatch(
      /container pier-web-1 ended with 7 within 3 s; rolled back/,
    )
    expect((await subject.inspect('pier-web-1')).Id).toBe(Id)
  })

  test('hooks run after the start and before the stop, and a failing one says so', async () => {
    stack.write(`
services:
  web:
    image: $IMAGE
    command: ${JSON.stringify(SLEEP)}
    volumes: ["data:/data"]
    post_start: [{command: ["sh", "-c", "echo $$A started >> /data/log; id -u >> /data/log"], user: "5", environment: {A: a}}]
    pre_stop: [{command: "sh -c 'echo stopping >> /data/log'"}, {command: "false"}]
  open: {image: $IMAGE, command: chmod 777 /data, volumes: ["data:/data"]}
volumes: {data: {}}
`)
    await stack.do('run --rm open')
    await stack.do('up -d web')
    await stack.do('restart web')
    await stack.do('down')
    expect((await stack.do('run --rm open cat /data/log')).stdout.split('\n')).toEqual([
      ...['a started', '5', 'stopping', 'a started', '5', 'stopping', ''],
    ])
    stack.write(
      `services: {web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, post_start: [{command: sh -c "exit 3"}]}}`,
    )
    expect((await stack.try('up -d')).stderr).toContain('post_start of pier-web-1 ended with 3: sh -c exit 3')
  })

  test('an up that is interrupted stops where it is, and the next one finishes [15.12]', async () => {
    stack.write(`
services:
  db: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, healthcheck: {test: test -e /go, interval: 200ms, retries: 1000}}
  web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, depends_on: {db: {condition: service_healthy}}}
`)
    const first = background(
      process.execPath,
      stack.words(['-f', `${stack.folder}/compose.yaml`, '--progress', 'plain', 'up', '-d']),
      {
        logPath: `${stack.folder}/up.log`,
        env: stack.env,
      },
    )
    await until('the wait', () => first.log().includes('Waiting'))
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(1)
    expect(first.log()).toContain('cancelled: the next plan goes on from here')
    await stack.do('exec db touch /go')
    await stack.do('up -d')
    expect(await stack.states()).toEqual({ 'db-1': 'running', 'web-1': 'running' })
  })
})
