/** Programs in containers, and what can be asked of containers. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { background, freePort, until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: exec, run and what can be asked', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('exec runs a program in the container that is meant, with its input, and ends as it does', async () => {
    stack.write(
      `services: {web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, scale: 2, environment: {A: a}}}`,
    )
    await stack.do('up -d')
    const script = ['exec', '-e', 'B=b', '-e', 'SHELLS', '-w', '/tmp', 'web', 'sh', '-c']
    const done = await stack.try([...script, 'cat; echo $A$B$SHELLS; pwd; echo bad >&2; exit 3'], {
      input: 'typed\n',
      env: { SHELLS: 'own' },
    })
    expect(done).toEqual({ code: 3, stdout: 'typed\nabown\n/tmp\n', stderr: 'bad\n' })
    const hosts = await Promise.all(['1', '2'].map((index) => stack.do(`exec --index ${index} web hostname`)))
    const ids = await Promise.all(['1', '2'].map((index) => subject.inspect(`pier-web-${index}`)))
    expect(hosts.map(({ stdout }) => stdout.trim())).toEqual(ids.map(({ Id }) => Id.slice(0, 12)))
    await stack.do('exec -d web touch /tmp/later')
    await until('the file', async () => (await stack.try('exec -T web test -e /tmp/later')).code === 0)
    await stack.do('stop')
    expect(await stack.try('exec web true')).toMatchObject({
      code: 1,
      stderr: 'longshore: service "web" is not running\n',
    })
  })

  test('run makes a container of its own, beside what its service depends on', async () => {
    const port = await freePort()
    stack.write(`
services:
  tool:
    image: $IMAGE
    container_name: fixed
    command: echo default
    entrypoint: [env]
    restart: always
    ports: ["127.0.0.1:${port}:80"]
    depends_on: {db: {condition: service_healthy}}
    volumes: ["data:/data"]
  db:
    image: $IMAGE
    command: ${JSON.stringify(SLEEP)}
    healthcheck: {test: "true", interval: 1s}
volumes: {data: {}}
`)
    const done = await stack.try(
      [
        'run',
        '--rm',
        '-e',
        'A=a',
        'tool',
        'sh',
        '-c',
        'cat; echo $A; ping -c1 db | head -1 | cut -c1-8; exit 4',
      ],
      {
        input: 'typed\n',
      },
    )
    expect([done.code, done.stdout]).toEqual([4, 'typed\na\nPING db \n'])
    expect(await stack.states()).toEqual({ 'db-1': 'running' })

    const { stdout } = await stack.do([
      'run',
      '-d',
      '--no-deps',
      '-P',
      '-v',
      `${stack.folder}:/here:ro`,
      '-l',
      'x=y',
      'tool',
      'sleep',
      '1000',
    ])
    const name = stdout.trim()
    expect(name).toMatch(/^pier-tool-run-[0-9a-f]{12}$/)
    const made = await subject.inspect(name)
    expect(made.Config.Labels).toMatchObject({ 'com.docker.compose.oneoff': 'True', x: 'y' })
    expect(made.NetworkSettings.Ports['80/tcp']).toEqual([{ HostIp: '127.0.0.1', HostPort: String(port) }])
    expect(made.HostConfig.RestartPolicy).toMatchObject({ Name: 'no' })
    expect(made.Mounts.map(({ Destination }) => Destination).toSorted()).toEqual(['/data', '/here'])
    // It is no copy of its service: a plan makes that one all the same, and down takes both.
    expect((await stack.do('plan')).stdout).toMatch(/container +fixed +create/)
    const other = await stack.do([
      'run',
      '--rm',
      '-T',
      '--entrypoint',
      'echo one',
      '--name',
      'named',
      'tool',
      'two',
    ])
    expect(other.stdout).toBe('one two\n')
    await stack.do('down -t 1 -v')
    expect(await stack.states()).toEqual({})
  })

  test('attach joins a program; wait gives its code', async () => {
    stack.write(
      `services: {echo: {image: $IMAGE, stdin_open: true, command: "sh -c 'while read line; do echo got $$line; [ $$line = two ] && sleep 1 && exit 5; done'"}}`,
    )
    await stack.do('up -d')
    const waiting = stack.try('wait echo')
    const attached = await stack.try('attach echo', { input: 'one\ntwo\n' })
    expect([attached.code, attached.stdout]).toEqual([5, 'got one\ngot two\n'])
    expect(await waiting).toMatchObject({
      code: 5,
      stdout: 'container "echo-1" exited with status code 5\n',
    })
  })

  test('top, port, images, ls and events tell of a project [15.03]', async () => {
    const port = await freePort()
    stack.write(
      `services: {web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, ports: ["127.0.0.1:${port}:80"]}}`,
    )
    const listening = background(
      process.execPath,
      stack.words(['-f', `${stack.folder}/compose.yaml`, 'events', '--json']),
      {
        logPath: `${stack.folder}/events.log`,
        env: stack.env,
      },
    )
    await stack.do('up -d')
    await until('an event', () => listening.log().includes('"action":"start"'), 5_000).catch(async () => {
      // It may have begun to listen too late for the first one.
      await stack.do('restart')
      await until('an event', () => listening.log().includes('"action":"start"'))
    })
    listening.child.kill('SIGINT')
    expect(await listening.ended).toBe(0)
    expect(listening.log()).toContain('"service":"web"')

    const processes = (await stack.do('top web')).stdout.split('\n')
    expect(processes[0]).toMatch(/^SERVICE +# +.*PID/)
    expect(processes[1]).toMatch(/^web +1 /)
    expect((await stack.do('port web 80')).stdout).toBe(`127.0.0.1:${port}\n`)
    expect((await stack.try('port web 81')).stderr).toBe(
      'longshore: no port 81/tcp for container pier-web-1\n',
    )
    const [repository, tag] = [subject.busybox.replace(/:[^:]*$/, ''), 'latest']
    expect(JSON.parse((await stack.do('images --format json')).stdout)).toMatchObject([
      { ContainerName: 'pier-web-1', Repository: repository, Tag: tag },
    ])
    expect(JSON.parse((await stack.do('ls --format json')).stdout)).toEqual([
      { Name: 'pier', Status: 'running(1)', ConfigFiles: `${stack.folder}/compose.yaml` },
    ])
    await stack.do('stop')
    expect((await stack.do('ls -q')).stdout).toBe('')
    expect((await stack.do('ls -a -q')).stdout).toBe('pier\n')
  })
})
