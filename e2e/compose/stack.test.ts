/** A whole stack: made by either tool, worked on by the other, changed and broken without losing what it holds. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { type Finished, freePort, run, until } from '../fixtures/processes.ts'
import { Stack } from './stack.ts'

onEachEngine('longshore compose: a whole stack', (subject) => {
  const stack = new Stack(subject, 'harbour')
  afterAll(() => stack.remove())
  const older = async (...args: readonly string[]): Promise<Finished> => {
    const done = await run(
      'docker-compose',
      ['-f', `${stack.folder}/compose.yaml`, '-p', 'harbour', ...args],
      {
        cwd: stack.folder,
        env: stack.env,
      },
    )
    expect(done, done.stderr).toMatchObject({ code: 0 })
    return done
  }
  const write = (port: number) => {
    stack.write('s3cret\n', 'password')
    // A condition of health is beyond the files that docker-compose 1.29 takes with a version: it takes them without.
    stack.write(`
services:
  db:
    image: $IMAGE
    init: true
    command: sh -c 'mkdir -p /data/www; cat /run/secrets/password > /data/www/password; echo row >> /data/rows; exec httpd -f -p 5432 -h /data/www'
    volumes: ["data:/data"]
    secrets: [password]
    networks: [back]
    healthcheck: {test: "test -s /data/www/password", interval: 1s, retries: 20}
  api:
    image: $IMAGE
    init: true
    command: sh -c 'mkdir /www; wget -q -O /www/index.html http://db:5432/password && exec httpd -f -p 8080 -h /www'
    depends_on: {db: {condition: service_healthy}}
    networks: [back, front]
  web: {image: $IMAGE, init: true, command: sh -c "mkdir /www; echo page > /www/index.html; exec httpd -f -p 80 -h /www", networks: [front]}
  worker: {image: $IMAGE, init: true, command: sh -c "while :; do date > /data/beat; sleep 1; done", volumes: ["data:/data"], networks: [back]}
  proxy:
    image: $IMAGE
    init: true
    command: sh -c "while :; do nc -l -p 8000 -e nc api 8080; done"
    depends_on: [api, web]
    networks: [front]
    ports: ["127.0.0.1:${port}:8000"]
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}
secrets: {password: {file: ./password}}
`)
  }
  const answers = (port: number) =>
    until('the stack to answer', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
      return (await answer.text()).trim() === 's3cret'
    })
  const rows = async () => (await stack.do(['exec', '-T', 'db', 'cat', '/data/rows'])).stdout

  test('of ours works, and docker-compose 1.29 sees, stops, starts and takes it down [15.01] [16.07] [16.18] [18.01]', {
    timeout: 150_000,
  }, async () => {
    const port = await freePort()
    write(port)
    await stack.do('up -d --wait')
    await answers(port)
    const seen = (await older('ps', '--services', '--filter', 'status=running')).stdout.trim().split('\n')
    expect(seen.toSorted()).toEqual(['api', 'db', 'proxy', 'web', 'worker'])
    expect((await older('ps')).stdout).toContain('harbour-proxy-1')
    await older('logs', 'db')
    await older('stop', '-t', '1', 'worker')
    expect((await stack.states())['worker-1']).toBe('exited')
    await older('start', 'worker')
    expect(
      (await stack.do('plan')).stdout.split('\n').filter((line) => line !== '' && !/ keep/.test(line)),
    ).toEqual([])
    await older('down', '-t', '1')
    expect(await stack.states()).toEqual({})
    // The volume is kept, and what is in it.
    await stack.do('up -d --wait')
    expect(await rows()).toBe('row\nrow\n')
    await stack.do('down -v -t 1')
  })

  test('of docker-compose 1.29 is taken over without recreation, and changed by us', {
    timeout: 150_000,
  }, async () => {
    const port = await freePort()
    write(port)
    await older('up', '-d')
    const before = Object.values(await ids())
    expect(
      (await stack.do('plan')).stdout.split('\n').filter((line) => line !== '' && !/ keep/.test(line)),
    ).toEqual([])
    await stack.do('up -d')
    expect(Object.values(await ids())).toEqual(before)
    await answers(port)
    await stack.do('up -d --force-recreate db')
    expect(await rows()).toBe('row\nrow\n')
    await stack.do('down -v -t 1')
    expect(await stack.states()).toEqual({})
  })

  const ids = async () => {
    const list = (await subject.api.get('/containers/json?all=1')).json<{ Id: string; Names: string[] }[]>()
    return Object.fromEntries(
      list
        .map(({ Id, Names }) => [Names[0], Id] as const)
        .toSorted(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    )
  }
})
