/** `longshore compose` on engines: a stack comes up once, changes where its file changes, and goes without a trace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { bin } from '../fixtures/paths.ts'
import { type Finished, run } from '../fixtures/processes.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'compose-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

onEachEngine('longshore compose', (subject) => {
  const file = path.join(folder, `${subject.name}.yaml`)
  const compose = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    run(process.execPath, [bin, 'compose', '-f', file, '-p', 'quay', ...args], {
      cwd: folder,
      env: { DOCKER_HOST: `unix://${subject.engine.socket}`, ...env },
    })
  const sure = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const done = await compose(args, env)
    expect(done, `${args.join(' ')}: ${done.stderr}${done.stdout}`).toMatchObject({ code: 0 })
    return done
  }
  const ids = async () => (await sure(['ps', '-q'])).stdout.trim().split('\n').toSorted()

  test('brings a stack up once, recreates what changed, keeps volumes, and takes it down [15.01] [15.05] [15.06] [15.12]', async () => {
    writeFileSync(path.join(folder, 'key'), 'hush\n')
    writeFileSync(
      file,
      `
services:
  db:
    image: ${subject.busybox}
    init: true
    command: sh -c "echo $$LEVEL >> /d/log; cat /run/secrets/key /run/secrets/word > /d/secrets; touch /tmp/up; exec sleep 1000"
    environment: {LEVEL: "\${LEVEL:-info}"}
    volumes: ["data:/d"]
    secrets: [key, {source: word, uid: "5", mode: 0400}]
    healthcheck: {test: test -e /tmp/up, interval: 1s}
    networks: {back: {aliases: [database]}}
  web:
    image: ${subject.busybox}
    init: true
    command: sleep 1000
    depends_on: {db: {condition: service_healthy}}
    networks: [back]
    deploy: {replicas: 2}
networks: {back: {internal: true}}
volumes: {data: }
secrets: {key: {file: ./key}, word: {environment: WORD}}
`,
    )
    const word = { WORD: 'quiet' }
    expect((await sure(['plan'], word)).stdout.replaceAll(/ {2,}/g, ' ')).toBe(
      [
        'network quay_back create it is not there',
        'volume quay_data create it is not there',
        'container quay-db-1 create it is not there',
        'container quay-web-1 create it is not there',
        'container quay-web-2 create it is not there',
        '',
      ].join('\n'),
    )
    await sure(['up', '-d'], word)
    const first = await ids()
    expect(first).toHaveLength(3)
    const said = await sure(['up', '-d'], word)
    expect([await ids(), said.stderr]).toEqual([first, ''])

    const db = await subject.inspect('quay-db-1')
    expect(db.Config.Labels).toMatchObject({
      'com.docker.compose.project': 'quay',
      'com.docker.compose.service': 'db',
    })
    const changed = await sure(['up', '-d'], { ...word, LEVEL: 'debug' })
    expect(changed.stderr).toContain('environment LEVEL was info, now debug')
    const exec = await subject.api.post('/containers/quay-db-1/exec', {
      Cmd: ['sh', '-c', 'cat /d/log /d/secrets; ls -ln /run/secrets/word | cut -c1-20'],
      AttachStdout: true,
      Tty: true,
    })
    const { stream, all } = await subject.api.hijack(
      'POST',
      `/exec/${exec.json<{ Id: string }>().Id}/start`,
      { upgrade: true, json: { Tty: true } },
    )
    stream.end()
    // The volume has both runs; the secrets are those that were given.
    expect((await all()).toString()).toMatch(/info\s+debug\s+hush\s+quiet\s*-r--------\s+1 5/)

    await sure(['down', '-t', '1'])
    expect(
      (await subject.api.get('/volumes'))
        .json<{ Volumes: { Name: string }[] }>()
        .Volumes.map(({ Name }) => Name),
    ).toEqual(['quay_data'])
    await sure(['down', '-v'])
    expect((await subject.api.get('/volumes')).json<{ Volumes: unknown[] | null }>().Volumes ?? []).toEqual(
      [],
    )
    expect((await subject.api.get('/networks?filters={"name":["quay"]}')).json()).toEqual([])
  })

  test('takes over what docker-compose 1.29 made, and changes nothing', async () => {
    writeFileSync(
      file,
      `
version: "3.7"
services:
  web:
    image: ${subject.busybox}
    init: true
    command: sleep 1000
    environment: {A: b, C: "1"}
    volumes: ["data:/d", "./here:/h:ro"]
    ports: ["127.0.0.1::80"]
    networks: {front: {aliases: [www]}}
    restart: unless-stopped
    cap_add: [NET_ADMIN]
    labels: {tier: web}
networks: {front: {}}
volumes: {data: {}}
`,
    )
    const old = await run('docker-compose', ['-f', file, '-p', 'quay', 'up', '-d'], {
      cwd: folder,
      env: { DOCKER_HOST: `unix://${subject.engine.socket}` },
    })
    expect(old, old.stderr).toMatchObject({ code: 0 })
    const before = await ids()
    const { stdout } = await sure(['plan'])
    expect(stdout.replaceAll(/ {2,}/g, ' ')).toBe(
      'network quay_front keep\nvolume quay_data keep\ncontainer quay_web_1 keep\n',
    )
    await sure(['up', '-d'])
    expect(await ids()).toEqual(before)
    await sure(['down', '-v', '-t', '1'])
    expect((await subject.api.get('/containers/json?all=1')).json()).toEqual([])
  })

  test('says what is wrong with a file, at its line, and touches nothing', async () => {
    writeFileSync(
      file,
      `services:\n  web:\n    image: ${subject.busybox}\n    port: ["80:80"]\n    depends_on: [bd]\n  db: {image: x}\n`,
    )
    const { code, stderr } = await compose(['up', '-d'])
    expect([code, stderr]).toEqual([
      1,
      `${file}:4:5: services.web.port: "port" is not known here; did you mean "ports"?\n`,
    ])
  })
})
