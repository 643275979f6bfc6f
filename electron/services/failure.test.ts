/** What a person is told of an engine's failure. */
import { expect, test } from 'vitest'
import { EngineError } from '../../engine/errors.ts'
import { explained } from './failure.ts'

async function told(words: string): Promise<unknown> {
  return explained('run web', () => Promise.reject(new EngineError('internal', words))).catch(
    (error: unknown) => error,
  )
}

test('a program that is not there is told without the chain of who called whom, which stays as the cause', async () => {
  const words =
    'failed to create task for container: OCI runtime create failed: crun create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown'
  expect(await told(words)).toMatchObject({
    kind: 'invalid',
    message: 'Cannot run web: exec: "nope": executable file not found in $PATH',
    remedy: 'Check the command: the image has no such program.',
    cause: { message: words },
  })
})

test('other words stay as they are, the first line of them', async () => {
  expect(await told('no space left on device\nmore')).toMatchObject({
    kind: 'unavailable',
    message: 'Cannot run web: no space left on device',
  })
  expect(await told('unknown')).toMatchObject({ message: 'Cannot run web: unknown' })
})
