import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type UnitFacts, unitsOf } from './units.ts'

const FACTS: UnitFacts = {
  scope: 'system',
  command: [process.execPath, '/opt/long shore/100%/main.ts', '--label', 'price=$5', '--label', 'a="b"'],
  socket: '/run/longshore/engine.sock',
  group: 'docker',
  stopSeconds: 15,
}
const textOf = (facts: UnitFacts, name: string) =>
  unitsOf(facts).find((unit) => unit.name.endsWith(name))?.text

test('the system’s service is started by its socket, and ending it ends no container [25.01]', () => {
  const service = textOf(FACTS, '.service')
  expect(service).toContain(
    `ExecStart=${process.execPath} "/opt/long shore/100%%/main.ts" --label "price=$$5" --label "a=\\"b\\""\n`,
  )
  expect(service).toContain('Requires=longshore-engine.socket')
  expect(service).toContain('\nKillMode=process\n')
  expect(service).toContain('\nTimeoutStopSec=45\n')
  expect(service).toContain('\nExecReload=/bin/kill -HUP $MAINPID\n')
  expect(service).toContain('WantedBy=multi-user.target')
  expect(textOf(FACTS, '.socket')).toBe(
    `[Unit]
Description=Longshore container engine, the socket of its API

[Socket]
ListenStream=/run/longshore/engine.sock
SocketMode=0660
SocketGroup=docker
DirectoryMode=0755

[Install]
WantedBy=sockets.target
`,
  )
  expect(textOf({ ...FACTS, group: null }, '.socket')).toContain('SocketMode=0600\nDirectoryMode')
})

test('a user’s has no socket of its own and no rights that only root has [25.01]', () => {
  const units = unitsOf({ ...FACTS, scope: 'user' })
  expect(units.map(({ name }) => name)).toEqual(['longshore-engine.service'])
  expect(units[0]?.text).not.toMatch(/Requires|OOMScoreAdjust|network-online/)
  expect(units[0]?.text).toContain('WantedBy=default.target')
})

const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path))

test.skipIf(analyze === undefined)('systemd finds nothing wrong with them [25.01]', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-units-'))
  try {
    const units = unitsOf({ ...FACTS, command: [process.execPath, '/opt/main.ts'], group: null })
    for (const { name, text } of units) writeFileSync(join(folder, name), text)
    const files = units.map(({ name }) => join(folder, name))
    const said = spawnSync(analyze ?? '', ['verify', '--man=no', '--recursive-errors=no', ...files])
    expect(`${said.stdout}${said.stderr}`).toBe('')
    expect(said.status).toBe(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
