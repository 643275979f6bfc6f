import { expect, test } from 'vitest'
import { isEngineError } from '../errors.ts'
import { ACCOUNT, CONTAINER_CREATE } from './body-shapes.ts'
import { shaped } from './shape.ts'

function refusal(body: unknown): string {
  try {
    shaped(body, CONTAINER_CREATE)
  } catch (error) {
    if (isEngineError(error, 'invalid')) return error.message
    throw error
  }
  return 'accepted'
}

test('a body of the right types passes, with fields that no shape names', () => {
  const body = {
    Image: 'x',
    Cmd: 'one word',
    Entrypoint: ['a', 'b'],
    HostConfig: { Memory: 1024, PortBindings: { '80/tcp': [{ HostPort: '1' }] } },
    Unheard: { of: [1] },
  }
  expect(shaped(body, CONTAINER_CREATE)).toEqual(body)
})

test('a null is a field left out, and an empty value inside a map or list', () => {
  const body = { Image: 'x', Env: null, HostConfig: { Binds: null, PortBindings: { '80/tcp': null } } }
  expect(shaped(body, CONTAINER_CREATE)).toEqual({
    Image: 'x',
    HostConfig: { PortBindings: { '80/tcp': [] } },
  })
})

test.each([
  [{ Image: 1 }, 'json: cannot unmarshal number into Go struct field Image of type string'],
  [{ Tty: 'yes' }, 'json: cannot unmarshal string into Go struct field Tty of type bool'],
  [{ Cmd: { a: 1 } }, 'json: cannot unmarshal object into Go struct field Cmd of type []'],
  [{ Labels: [] }, 'json: cannot unmarshal array into Go struct field Labels of type struct'],
  [
    { HostConfig: { Memory: 0.5 } },
    'json: cannot unmarshal number into Go struct field HostConfig.Memory of type int64',
  ],
  [
    { HostConfig: { NetworkMode: true } },
    'json: cannot unmarshal bool into Go struct field HostConfig.NetworkMode of type string',
  ],
])('%j is refused', (body, message) => {
  expect(refusal(body)).toBe(message)
})

test('an account is texts', () => {
  expect(() => shaped({ serveraddress: { constructor: 1 } }, ACCOUNT)).toThrow(/serveraddress/)
  expect(shaped({ username: 'a', password: 'b', email: '' }, ACCOUNT)).toMatchObject({ username: 'a' })
})
