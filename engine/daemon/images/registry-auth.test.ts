import { expect, it } from 'vitest'
import { decodeRegistryAuth, decodeRegistryConfig } from './registry-auth.ts'

const header = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')

it('reads an account in each of its forms [06.08]', () => {
  const none = { username: '', password: '', identityToken: '', registryToken: '' }
  expect(decodeRegistryAuth(header({ username: 'a', password: 'b:c' }))).toEqual({
    ...none,
    username: 'a',
    password: 'b:c',
  })
  const auth = Buffer.from('a:b:c').toString('base64')
  expect(decodeRegistryAuth(header({ auth }))).toEqual({ ...none, username: 'a', password: 'b:c' })
  expect(decodeRegistryAuth(header({ identitytoken: 't' }))).toEqual({ ...none, identityToken: 't' })
  expect(decodeRegistryAuth(header({ registrytoken: 't' }))).toEqual({ ...none, registryToken: 't' })
})

it.each([undefined, '', 'not base64!', header([]), 'bnVsbA=='])('takes %s for nobody', (text) => {
  expect(decodeRegistryAuth(text).username ?? '').toBe('')
})

it('finds the account of each registry that a build may ask [06.08]', () => {
  const accountOf = decodeRegistryConfig(
    header({
      'https://index.docker.io/v1/': { username: 'hub', password: 'p' },
      'ghcr.io': { username: 'gh', password: 'p' },
      'http://localhost:5000/v2/': { username: 'own', password: 'p' },
    }),
  )
  expect(
    ['docker.io', 'ghcr.io', 'localhost:5000', 'quay.io'].map((domain) => accountOf(domain).username),
  ).toEqual(['hub', 'gh', 'own', undefined])
  expect(decodeRegistryConfig('nonsense')('docker.io')).toEqual({})
})
