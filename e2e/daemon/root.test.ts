import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { startEmbedded, unmountBelow, verify } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { BOX, giveBox, POLITE } from './daemon.ts'

const folder = freshFolder('root')
const engines: RunningEngine[] = []
afterEach(async () => {
  // One whose root has moved away ended in its test.
  for (const engine of engines.splice(0)) await engine.stop().catch(() => undefined)
  await unmountBelow(folder)
  rmSync(folder, { recursive: true, force: true })
})

async function engineAt(name: string): Promise<{ engine: RunningEngine; api: Client; root: string }> {
  const root = path.join(folder, name)
  const engine = await startEmbedded({ root })
  engines.push(engine)
  return { engine, api: new Client(engine.socket), root }
}

async function run(api: Client, name: string, Cmd: readonly string[]): Promise<string> {
  const body = { Image: BOX, Cmd, HostConfig: { Binds: ['kept:/data'] } }
  const made = await api.post(`/containers/create?name=${name}`, body)
  expect(made.status, made.text).toBe(201)
  expect((await api.post(`/containers/${name}/start`)).status).toBe(204)
  return made.json<{ Id: string }>().Id
}

const log = async (api: Client, name: string) => (await api.get(`/containers/${name}/logs?stdout=1`)).text

test('a root that was moved is the same engine with everything in it [25.08]', async () => {
  const first = await engineAt('here')
  await giveBox(first.api)
  await run(first.api, 'writer', ['sh', '-c', 'echo treasure > /data/file; echo own > /own; echo said'])
  await first.api.post('/containers/writer/wait')
  const { ID } = (await first.api.get('/info')).json<{ ID: string }>()
  await first.engine.terminate()
  renameSync(first.root, path.join(folder, 'there'))
  const second = await engineAt('there')
  expect((await second.api.get('/info')).json()).toMatchObject({ ID, DockerRootDir: second.root })
  expect(await log(second.api, 'writer')).toContain('said')
  expect((await second.api.post('/containers/writer/start')).status).toBe(204)
  await second.api.post('/containers/writer/wait')
  await run(second.api, 'reader', ['cat', '/data/file'])
  await second.api.post('/containers/reader/wait')
  expect(await log(second.api, 'reader')).toContain('treasure')
  expect(await verify(second.root)).toMatchObject({ code: 0 })
  expect(existsSync(first.root)).toBe(false)
})

test('while its containers run a root stays where it is [25.08]', async () => {
  const first = await engineAt('busy')
  await giveBox(first.api)
  await run(first.api, 'worker', POLITE)
  await first.engine.kill()
  const elsewhere = path.join(folder, 'elsewhere')
  renameSync(first.root, elsewhere)
  await expect(startEmbedded({ root: elsewhere })).rejects.toThrow(
    /was moved here while containers run on it \(worker\): move it back to .*busy/,
  )
  renameSync(elsewhere, first.root)
  await first.engine.start()
  expect((await first.api.get('/containers/worker/json')).text).toContain('"Status":"running"')
})

test('data of an older format is upgraded at the start, and of a newer one refused', async () => {
  const first = await engineAt('older')
  await giveBox(first.api)
  await run(first.api, 'worker', POLITE)
  await first.api.post('/containers/worker/stop')
  await first.engine.terminate()
  makeFormatOne(path.join(first.root, 'engine.db'))
  expect(await verify(first.root)).toMatchObject({ code: 1, output: expect.stringContaining('format 1') })
  await first.engine.start()
  expect((await first.api.post('/containers/worker/start')).status).toBe(204)
  const seen = (await first.api.get('/containers/worker/json')).json<{
    NetworkSettings: { Networks: { bridge: { IPAddress: string } } }
  }>()
  expect(seen.NetworkSettings.Networks.bridge.IPAddress).toMatch(/^\d+\./)
  expect(await verify(first.root)).toMatchObject({ code: 0 })
  await first.api.delete('/containers/worker?force=1')
  await first.engine.terminate()
  const db = new DatabaseSync(path.join(first.root, 'engine.db'))
  db.exec('PRAGMA user_version = 99')
  db.close()
  await expect(startEmbedded({ root: first.root })).rejects.toThrow(
    'has format 99, made by a newer Longshore',
  )
  const again = new DatabaseSync(path.join(first.root, 'engine.db'))
  again.exec('PRAGMA user_version = 2')
  again.close()
  await first.engine.start()
  expect(readdirSync(first.root)).toContain('store')
})

/** What the first format had: one bridge, one endpoint, no networks of one's own. */
function makeFormatOne(file: string): void {
  const db = new DatabaseSync(file)
  const { value } = db.prepare("SELECT value FROM meta WHERE key = 'bridge'").get() as { value: string }
  const { id, link, subnets } = JSON.parse(value) as {
    id: string
    link: string
    subnets: [{ subnet: string; gateway: string }]
  }
  const { subnet, gateway } = subnets[0]
  const bridge = {
    id,
    name: 'bridge',
    driver: 'bridge',
    bridge: link,
    subnet,
    gateway,
    internal: false,
    dns: false,
  }
  db.prepare("UPDATE meta SET value = ? WHERE key = 'bridge'").run(JSON.stringify(bridge))
  for (const row of db.prepare('SELECT id, standing FROM containers').all()) {
    const {
      networks: _,
      sandbox: __,
      ...standing
    } = JSON.parse(String(row.standing)) as Record<string, unknown>
    const old = JSON.stringify({ ...standing, endpoint: null })
    db.prepare('UPDATE containers SET standing = ? WHERE id = ?').run(old, String(row.id))
  }
  db.exec(
    "DROP TABLE networks; DROP TABLE image_parents; DELETE FROM meta WHERE key IN ('state', 'root', 'runtime')",
  )
  db.exec('PRAGMA user_version = 1')
  db.close()
}
