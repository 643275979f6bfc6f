import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freshFolder } from '../fixtures/paths.ts'
import { run } from '../fixtures/processes.ts'
import { engineCommand } from './daemon.ts'

const folder = freshFolder('units')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('install prints what it would write, and writes what it printed [25.01]', async () => {
  const directory = path.join(folder, 'system')
  const flags = [
    '--unit-directory',
    directory,
    '--group',
    'docker',
    '--mtu',
    '1400',
    '--label=a=b',
    '--socket',
    '/run/x.sock',
  ]
  const printed = await engineCommand(['install', '--print', ...flags])
  expect(printed.code, printed.stderr).toBe(0)
  expect(existsSync(directory)).toBe(false)
  expect(printed.stdout).toContain(`# ${directory}/longshore-engine.service\n`)
  expect(printed.stdout).toMatch(/^ExecStart=\S+ \S+engine\/main\.ts --group=docker --mtu=1400 --label=a=b$/m)
  expect(printed.stdout).toContain('ListenStream=/run/x.sock\nSocketMode=0660\nSocketGroup=docker\n')
  const wrote = await engineCommand(['install', ...flags])
  expect(wrote.stdout).toBe(
    `wrote ${directory}/longshore-engine.service\nwrote ${directory}/longshore-engine.socket\n`,
  )
  for (const name of readdirSync(directory))
    expect(printed.stdout).toContain(readFileSync(path.join(directory, name), 'utf8'))
  const removed = await engineCommand(['uninstall', '--unit-directory', directory])
  expect(removed.stdout).toContain(`removed ${directory}/longshore-engine.service`)
  expect(readdirSync(directory)).toEqual([])
  const again = await engineCommand(['uninstall', '--unit-directory', directory])
  expect(again).toMatchObject({ code: 0, stdout: `no units of the engine in ${directory}\n` })
})

test('a user’s service has its place in that user’s folders, and no socket [25.01] [25.04]', async () => {
  const said = await engineCommand(['install', '--user', '--print'], {
    XDG_CONFIG_HOME: '/home/person/.config',
  })
  expect(said.stdout).toContain('# /home/person/.config/systemd/user/longshore-engine.service\n')
  expect(said.stdout).not.toContain('.socket')
})

test('the command of the unit starts an engine that answers, and says what is wrong otherwise [25.01]', async () => {
  const said = await engineCommand(['install', '--print', '--log-driver', 'nonsense'])
  expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be "nonsense"') })
  const good = await engineCommand(['install', '--print'])
  const line = /^ExecStart=(.*)$/m.exec(good.stdout)?.[1] ?? ''
  const asked = await run('sh', ['-c', `${line.replace('main.ts', 'main.ts config')}`])
  expect(asked.code, asked.stderr).toBe(0)
  expect(JSON.parse(asked.stdout)).toMatchObject({ socket: '/run/longshore/engine.sock' })
})
