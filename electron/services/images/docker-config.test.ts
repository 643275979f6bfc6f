import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { accountFor } from './docker-config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'longshore-docker-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const ask = (reference: string) =>
  accountFor(reference, { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` })
const config = (json: object | string) =>
  writeFileSync(path.join(folder, 'config.json'), typeof json === 'string' ? json : JSON.stringify(json))
const helper = (name: string, script: string) => {
  writeFileSync(path.join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`)
  chmodSync(path.join(folder, `docker-credential-${name}`), 0o755)
}
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

it('nobody has signed in where there is no file [06.08]', async () => {
  expect(await ask('busybox')).toBeUndefined()
})

it('accounts in the file are found by the registry of a name [06.08]', async () => {
  config({
    auths: {
      'https://index.docker.io/v1/': auth('hub:p:w'),
      'ghcr.io': auth('gh:secret'),
      'http://localhost:5000/v2/': auth('own:secret'),
      'quay.io': { identitytoken: 'token' },
    },
  })
  const names = ['busybox', 'team/app:1', 'docker.io/library/x', 'ghcr.io/a/b@sha256:00', 'localhost:5000/x']
  expect((await Promise.all(names.map(ask))).map((account) => account?.username)).toEqual([
    ...['hub', 'hub', 'hub'],
    ...['gh', 'own'],
  ])
  expect(await ask('busybox')).toEqual({ username: 'hub', password: 'p:w' })
  expect(await ask('quay.io/x')).toMatchObject({ identitytoken: 'token' })
  expect(await ask('elsewhere.example/x')).toBeUndefined()
})

it('helpers are asked, one of a registry’s own before the general one [06.08]', async () => {
  config({ credsStore: 'store', credHelpers: { 'ghcr.io': 'own' } })
  helper(
    'store',
    `read -r server; printf '{"ServerURL":"%s","Username":"<token>","Secret":"%s"}' "$server" "$server"`,
  )
  helper('own', `cat > /dev/null; echo '{"Username":"gh","Secret":"kept"}'`)
  expect(await ask('ghcr.io/a')).toEqual({ username: 'gh', password: 'kept' })
  expect(await ask('busybox')).toMatchObject({ identitytoken: 'https://index.docker.io/v1/' })
})

it('a helper that knows nobody is no error, one that fails is [06.08]', async () => {
  config({ credsStore: 'store' })
  await expect(ask('busybox')).rejects.toThrow(
    /docker-credential-store, which config.json names, does not work/,
  )
  helper('store', 'echo credentials not found in native keychain; exit 1')
  expect(await ask('busybox')).toBeUndefined()
  helper('store', 'echo locked >&2; exit 1')
  await expect(ask('busybox')).rejects.toThrow(/does not work: locked/)
  config({ credsStore: '../evil' })
  await expect(ask('busybox')).rejects.toThrow(/no name of a helper/)
  config('{')
  await expect(ask('busybox')).rejects.toThrow(/is not JSON/)
})
