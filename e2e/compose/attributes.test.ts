/** Attributes of services, as they arrive in containers (rows of group 16). */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { freePort, until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: attributes of services', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())
  const sleep = `image: $IMAGE, command: ${JSON.stringify(SLEEP)}`
  /** What a service writes until it ends. */
  const said = async (attributes: string, more = '') => {
    stack.write(`services: {web: {image: $IMAGE, ${attributes}}}\n${more}`)
    await stack.do('up -d')
    await subject.exitCode('pier-web-1')
    const { stdout } = await stack.do('logs --no-log-prefix web')
    await stack.do('down -v -t 1')
    return stdout
  }

  test('command and entrypoint, as text and as lists [16.03] [16.12]', async () => {
    expect(await said(`command: echo "a b" c`)).toBe('a b c\n')
    expect(await said(`command: ["echo", "a b"]`)).toBe('a b\n')
    expect(await said(`entrypoint: ["echo", "in"], command: one`)).toBe('in one\n')
    expect(await said(`entrypoint: echo "just this"`)).toBe('just this\n')
  })

  test('environment as map and list, a bare name is the shell’s, env_file below it [16.04]', async () => {
    stack.write('FILE=file\nBOTH=file\n', 'vars')
    stack.write(
      `services: {web: {image: $IMAGE, command: env, env_file: vars, environment: ["LIST=l", "SHELLS", "UNSET", "BOTH=own"]}}`,
    )
    await stack.do('up -d', { env: { SHELLS: 'shell' } })
    await subject.exitCode('pier-web-1')
    const lines = (await stack.do('logs --no-log-prefix')).stdout.split('\n')
    expect(lines).toEqual(expect.arrayContaining(['LIST=l', 'SHELLS=shell', 'FILE=file', 'BOTH=own']))
    expect(lines.some((line) => line.startsWith('UNSET'))).toBe(false)
    await stack.do('down')
  })

  test('ports in both forms, volumes of every kind [16.05] [16.06]', async () => {
    const port = await freePort()
    stack.write('note\n', 'note')
    stack.write(`
services:
  web:
    image: $IMAGE
    command: httpd -f -p 80 -h /srv
    init: true
    ports: ["127.0.0.1:${port}:80", {target: 81, protocol: udp, host_ip: 127.0.0.1}]
    volumes:
      - ./note:/srv/index.html:ro
      - data:/data
      - /anonymous
      - {type: tmpfs, target: /fast, tmpfs: {size: 1m, mode: 0700}}
      - {type: bind, source: ., target: /here, read_only: true}
    tmpfs: [/tmp]
volumes: {data: {}}
`)
    await stack.do('up -d')
    const answer = await until('the page', async () => (await fetch(`http://127.0.0.1:${port}/`)).text())
    expect(answer).toBe('note\n')
    const { Mounts, NetworkSettings } = await subject.inspect('pier-web-1')
    expect(Object.keys(NetworkSettings.Ports).toSorted()).toEqual(['80/tcp', '81/udp'])
    const mounts = Object.fromEntries(
      Mounts.map(({ Destination, Type, RW }) => [Destination, `${Type}${RW ? '' : ' ro'}`]),
    )
    expect(mounts).toMatchObject({
      '/srv/index.html': 'bind ro',
      '/data': 'volume',
      '/anonymous': 'volume',
      '/here': 'bind ro',
    })
    expect(
      (
        await stack.do([
          'exec',
          '-T',
          'web',
          'sh',
          '-c',
          'stat -c %a /fast; grep -c " /tmp tmpfs" /proc/mounts',
        ])
      ).stdout,
    ).toBe('700\n1\n')
    await stack.do('down -v')
  })

  test('depends_on waits for the start, for health, and for a good end [16.07] [16.13]', async () => {
    stack.write(`
services:
  web: {${sleep}, depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}, log: {condition: service_started}}}
  db: {${sleep}, healthcheck: {test: ["CMD-SHELL", "test -e /tmp/up || { touch /tmp/up; false; }"], interval: 300ms, retries: 5}}
  job: {image: $IMAGE, command: sleep 0.5}
  log: {${sleep}}
  off: {${sleep}, healthcheck: {test: [NONE]}}
`)
    const { stderr } = await stack.do('--progress plain up -d')
    const last = Math.max(
      ...['db-1  Healthy', 'job-1  Exited', 'log-1  Started'].map((text) => stderr.indexOf(text)),
    )
    expect(stderr.indexOf('web-1  Creating')).toBeGreaterThan(last)
    expect((await subject.inspect('pier-off-1')).Config.Healthcheck).toEqual({ Test: ['NONE'] })
    const down = (await stack.do('--progress plain down')).stderr
    expect(down.indexOf('web-1  Removed')).toBeLessThan(down.indexOf('db-1  Stopping'))

    stack.write(
      `services: {web: {${sleep}, depends_on: {job: {condition: service_completed_successfully}}}, job: {image: $IMAGE, command: sh -c "exit 3"}}`,
    )
    expect((await stack.try('up -d')).stderr).toContain('pier-job-1 ended with 3')
    expect(Object.keys(await stack.states())).toEqual(['job-1'])
  })

  test('an alias answers on its network alone [16.08]', async () => {
    stack.write(`
services:
  db: {${sleep}, networks: {back: {aliases: [store]}, front: {}}}
  near: {${sleep}, networks: [back]}
  far: {${sleep}, networks: [front]}
networks: {back: {}, front: {}}
`)
    await stack.do('up -d')
    expect((await stack.try('exec -T near ping -c1 store')).code).toBe(0)
    expect((await stack.try('exec -T far ping -c1 store')).code).not.toBe(0)
    expect((await stack.try('exec -T far ping -c1 db')).code).toBe(0)
  })

  test('restart, logging, labels, stop_signal and platform reach the container [16.09] [16.10] [16.11] [16.15] [16.17]', async () => {
    stack.write(`
services:
  web:
    image: $IMAGE
    command: sh -c 'trap "echo told; exit 0" USR1; echo ready; while :; do sleep 0.05; done'
    restart: on-failure:3
    logging: {driver: json-file, options: {max-size: 1m, max-file: "2"}}
    labels: {tier: web}
    stop_signal: SIGUSR1
    platform: linux/amd64
`)
    await stack.do('up -d')
    const { HostConfig, Config } = await subject.inspect('pier-web-1')
    expect(HostConfig).toMatchObject({
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
    })
    expect(Config.Labels).toMatchObject({ tier: 'web' })
    await until('the trap', async () => (await stack.do('logs')).stdout.includes('ready'))
    await stack.do('stop')
    expect((await stack.do('logs')).stdout).toContain('told')
  })

  test('stop_grace_period passes before the kill [16.14]', async () => {
    stack.write(
      `services: {web: {image: $IMAGE, command: sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done', stop_grace_period: 1500ms}}`,
    )
    await stack.do('up -d')
    await until('the trap', async () => (await stack.do('logs')).stdout.includes('ready'))
    expect((await subject.inspect('pier-web-1')).Config.StopTimeout).toBe(2)
    await stack.do('stop')
    expect((await subject.inspect('pier-web-1')).State.ExitCode).toBe(137)
  })

  test('an image is pulled when it is not there, or as pull_policy says [16.02]', async () => {
    const image = `${subject.registry}/layered:1`
    stack.write(`services: {web: {image: "${image}", pull_policy: never}}`)
    await subject.api.delete(`/images/${image}?force=1`)
    expect((await stack.try('up -d')).code).not.toBe(0)
    stack.write(`services: {web: {image: "${image}"}}`)
    expect((await stack.do('--progress plain up -d')).stderr).toContain(`Image ${image}  Pulled`)
    expect((await stack.do('--progress plain up -d')).stderr).not.toContain('Pulled')
    expect((await stack.do('--progress plain up -d --pull always')).stderr).toContain(
      `Image ${image}  Pulled`,
    )
    expect((await stack.do('--progress plain pull')).stderr).toContain(`Image ${image}  Pulled`)
    await stack.do('down --rmi all')
    expect((await subject.api.get(`/images/${image}/json`)).status).toBe(404)
  })

  test('a program finds a secret by the variable that names its file [16.18]', async () => {
    stack.write('hush', 'password')
    const output = await said(
      `command: sh -c 'cat $$POSTGRES_PASSWORD_FILE', environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}, secrets: [db_password]`,
      'secrets: {db_password: {file: ./password}}',
    )
    expect(output).toBe('hush\n')
  })
})
