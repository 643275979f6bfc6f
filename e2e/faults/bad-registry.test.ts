import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { layeredImage } from '../fixtures/images.ts'
import { digestOf, makeImage } from '../fixtures/oci.ts'
import { type Script, startScriptedRegistry } from '../fixtures/scripted-registry.ts'
import { tar } from '../fixtures/tar.ts'
import { expectSound } from './harness.ts'

const IMAGE = layeredImage('docker')
const LAYER = IMAGE.layers[1]?.digest ?? ''

describe('a registry that misbehaves', () => {
  let engine: RunningEngine
  let api: Client
  beforeAll(async () => {
    engine = await startEmbedded()
    api = new Client(engine.socket)
  })
  afterAll(() => engine.stop())

  const pull = async (script: Script) => {
    const registry = await startScriptedRegistry(script)
    try {
      return await api.post(`/images/create?fromImage=${registry.host}/x&tag=1`)
    } finally {
      await registry.stop()
    }
  }

  const CASES: readonly (readonly [string, Script['faults'], RegExp])[] = [
    ['a corrupt layer', { [LAYER]: 'corrupt' }, new RegExp(`${LAYER.slice(0, 19)}|digest|verif`, 'i')],
    ['a layer that is too short', { [LAYER]: 'short' }, /size|short|digest|verif|unexpected|ended .* after/i],
    ['a layer that is too long', { [LAYER]: 'long' }, /size|long|digest|verif/i],
    ['a layer that is missing', { [LAYER]: 'missing' }, /not found|unknown|404/i],
    ['a corrupt config', { [IMAGE.config.digest]: 'corrupt' }, /digest|verif/i],
  ]
  for (const [name, faults, message] of CASES) {
    test(`${name} is a clear error, and nothing is left`, async () => {
      const before = files(engine.root)
      const answer = await pull({ images: { x: IMAGE }, ...(faults === undefined ? {} : { faults }) })
      const error = answer.status === 200 ? answer.lines<{ error?: string }>().at(-1)?.error : answer.text
      expect(error, answer.text).toMatch(message)
      expect((await api.get('/images/json')).json()).toEqual([])
      expect(files(engine.root)).toEqual(before)
      await expectSound(engine)
    })
  }

  // Both are tried for as long as patience lasts: at the same time.
  test('a connection that breaks each time, and a registry that only fails, are clear errors too', async () => {
    const before = files(engine.root)
    // Of images that share nothing: what two want is downloaded once.
    const ask = async (fault: 'cut' | 'error') => {
      const image = makeImage([tar([{ path: fault, content: fault.repeat(1000) }])], { Cmd: ['true'] })
      const layer = image.layers[0]?.digest ?? ''
      const answer = await pull({ images: { x: image }, faults: { [layer]: fault } })
      return answer.status === 200 ? answer.lines<{ error?: string }>().at(-1)?.error : answer.text
    }
    const [cut, error] = await Promise.all([ask('cut'), ask('error')])
    expect(cut).toMatch(/.+/)
    expect(error).toMatch(/500|on fire|server error/i)
    expect((await api.get('/images/json')).json()).toEqual([])
    expect(files(engine.root)).toEqual(before)
    await expectSound(engine)
  })

  test('a token is fetched where one is asked for', async () => {
    const answer = await pull({ images: { x: IMAGE }, token: true })
    expect(answer.lines<{ status?: string }>().at(-1)?.status).toMatch(/^Status: Downloaded newer image/)
    for (const image of (await api.get('/images/json')).json<{ Id: string }[]>()) {
      await api.delete(`/images/${image.Id}?force=1`)
    }
    await expectSound(engine)
  })

  const HOSTILE: readonly (readonly [string, Parameters<typeof tar>[0]])[] = [
    ['a path with ..', [{ path: '../../../../../../../../var/tmp/longshore-escape', content: 'out' }]],
    ['an absolute path', [{ path: '/var/tmp/longshore-escape', content: 'out' }]],
    [
      'a file written through an absolute link',
      [
        { path: 'link', kind: 'symlink', target: '/var/tmp' },
        { path: 'link/longshore-escape', content: 'out' },
      ],
    ],
    [
      'a file written through a link with ..',
      [
        { path: 'link', kind: 'symlink', target: '../../../../../../../../../../var/tmp' },
        { path: 'link/longshore-escape', content: 'out' },
      ],
    ],
    ['a hard link to a file of the host', [{ path: 'shadow', kind: 'hardlink', target: '/etc/passwd' }]],
    [
      'a hard link with ..',
      [{ path: 'shadow', kind: 'hardlink', target: '../../../../../../../../../etc/passwd' }],
    ],
    ['a whiteout with ..', [{ path: '../../../../../../../../etc/.wh.hostname', content: '' }]],
  ]
  for (const [name, entries] of HOSTILE) {
    test(`a layer with ${name} touches nothing outside`, async () => {
      const hostname = digestOf(await hostFile('/etc/hostname'))
      const image = makeImage([tar(entries)], { Cmd: ['true'] })
      const answer = await pull({ images: { x: image } })
      await expect(hostFile('/var/tmp/longshore-escape')).rejects.toThrow('ENOENT')
      expect(digestOf(await hostFile('/etc/hostname'))).toBe(hostname)
      const last = answer.lines<{ error?: string; status?: string }>().at(-1)
      // Refused with its name, or held inside the root file system; never half of it.
      if (last?.error === undefined) {
        expect(last?.status).toMatch(/^Status: Downloaded/)
        const [stored] = (await api.get('/images/json')).json<{ Id: string }[]>()
        await api.delete(`/images/${stored?.Id}?force=1`)
      } else {
        expect(last.error).toMatch(/\.\.|outside|escape|link|path|invalid/i)
      }
      expect((await api.get('/images/json')).json()).toEqual([])
      await expectSound(engine)
    })
  }

  test('device nodes in an imported archive give no device', async () => {
    const body = tar([{ path: 'mem', kind: 'char', major: 1, minor: 1, mode: 0o666 }])
    const answer = await api.request('POST', '/images/create?fromSrc=-&repo=devices&tag=1', {
      body,
      headers: { 'Content-Type': 'application/x-tar' },
    })
    const last = answer.status === 200 ? answer.lines<{ error?: string }>().at(-1) : { error: answer.text }
    if (last?.error === undefined) await api.delete('/images/devices:1?force=1')
    else expect(last.error).toMatch(/device/i)
    expect((await api.get('/images/json')).json()).toEqual([])
    await expectSound(engine)
  })
})

/** The files below a folder, its database and logs aside. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/\.(db|sqlite|log)(-wal|-shm)?$/.test(name))
    .toSorted()
}

function hostFile(path: string): Promise<Buffer> {
  return readFile(path)
}
