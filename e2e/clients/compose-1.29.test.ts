/** Docker Compose 1.29, as Debian has it: five services with names, networks and volumes come up, work, and go. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { type Finished, freePort, run, until } from '../fixtures/processes.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'compose-129-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const serve = (text: string) => `mkdir -p /srv && echo ${text} > /srv/index.html && httpd -f -p 80 -h /srv`

/** A stack whose parts can only work when names, aliases, volumes and order do. */
function stack(image: string, port: number): string {
  return JSON.stringify({
    version: '3.7',
    services: {
      db: {
        image,
        init: true,
        command: ['sh', '-c', 'echo kept >> /data/log; exec sleep 1000'],
        volumes: ['data:/data'],
        networks: { back: { aliases: ['database'] } },
        healthcheck: { test: ['CMD', 'test', '-s', '/data/log'], interval: '1s', timeout: '2s', retries: 5 },
      },
      api: {
        image,
        init: true,
        command: ['sh', '-c', serve('from-api')],
        depends_on: ['db'],
        networks: ['back', 'front'],
        environment: { DB_HOST: 'database' },
        labels: { tier: 'api' },
      },
      worker: {
        image,
        init: true,
        command: ['sh', '-c', 'while :; do date > /shared/beat; sleep 1; done'],
        volumes: ['shared:/shared'],
        networks: ['back'],
        restart: 'always',
      },
      web: {
        image,
        init: true,
        command: ['sh', '-c', serve('from-web')],
        networks: ['front'],
        volumes: ['shared:/shared:ro'],
        tmpfs: ['/tmp'],
        cap_drop: ['NET_RAW'],
      },
      proxy: {
        image,
        init: true,
        command: ['sh', '-c', 'while :; do nc -l -p 8080 -e nc web 80; done'],
        depends_on: ['web', 'api'],
        networks: ['front'],
        ports: [`127.0.0.1:${port}:8080`],
      },
    },
    networks: {
      front: {},
      back: { internal: true, ipam: { config: [{ subnet: '10.231.7.0/24' }] }, labels: { zone: 'back' } },
    },
    volumes: { data: { labels: { keep: 'yes' } }, shared: {} },
  })
}

onEachEngine('docker-compose 1.29', (subject) => {
  const compose = async (args: readonly string[]): Promise<Finished> => {
    const done = await run('docker-compose', ['-p', 'harbour', '-f', 'stack.json', ...args], {
      cwd: folder,
      env: { DOCKER_HOST: `unix://${subject.engine.socket}` },
    })
    if (done.code !== 0) throw new Error(`docker-compose ${args.join(' ')}: ${done.stderr}${done.stdout}`)
    return done
  }
  const within = async (service: string, script: string) =>
    await run(
      'docker-compose',
      ['-p', 'harbour', '-f', 'stack.json', 'exec', '-T', service, 'sh', '-c', script],
      {
        cwd: folder,
        env: { DOCKER_HOST: `unix://${subject.engine.socket}` },
      },
    )

  // Each call of docker-compose costs a second of Python.
  test('brings five services up, lets them find each other, and takes them down [01.01] [22.01] [22.03]', {
    timeout: 180_000,
  }, async () => {
    const port = await freePort()
    writeFileSync(path.join(folder, 'stack.json'), stack(subject.busybox, port))
    await compose(['up', '-d'])

    const names = (await compose(['ps', '-q'])).stdout.trim().split('\n')
    expect(names).toHaveLength(5)
    expect((await within('api', 'nslookup database >/dev/null && echo found')).stdout).toBe('found\n')
    await until('web by its name', async () =>
      (await within('proxy', 'wget -qO- http://web/')).stdout.includes('from-web'),
    )
    await until('api by its name', async () =>
      (await within('web', 'wget -qO- http://api/')).stdout.includes('from-api'),
    )
    // On another network: its name means nothing there.
    expect((await within('web', 'nslookup db')).code).not.toBe(0)
    await until('the published port', async () =>
      (await run('wget', ['-qO-', '-T', '3', `http://127.0.0.1:${port}/`])).stdout.includes('from-web'),
    )
    await until('what the worker wrote', async () => (await within('web', 'cat /shared/beat')).code === 0)
    await until('the health of db', async () =>
      JSON.stringify(await subject.inspect('harbour_db_1')).includes('"healthy"'),
    )

    // Nothing changed, so nothing is made anew.
    await compose(['up', '-d'])
    expect((await compose(['ps', '-q'])).stdout.trim().split('\n').sort()).toEqual(names.sort())
    await compose(['up', '-d', '--scale', 'web=3'])
    expect((await compose(['ps', '-q', 'web'])).stdout.trim().split('\n')).toHaveLength(3)

    await compose(['restart', '-t', '1', 'db'])
    expect((await within('db', 'cat /data/log')).stdout).toBe('kept\nkept\n')
    await compose(['logs', '--tail=5'])
    await compose(['down', '-v', '-t', '1'])
    const left = await Promise.all([
      subject.api.get('/containers/json?all=1'),
      subject.api.get('/volumes'),
      subject.api.get('/networks?filters={"type":["custom"]}'),
    ])
    expect(left[0].json()).toEqual([])
    expect(left[1].json<{ Volumes: unknown[] | null }>().Volumes ?? []).toEqual([])
    expect(left[2].json()).toEqual([])
  })
})
