import { expect, test } from 'vitest'
import type { BuildSource, BuildStart } from '../../../api/longshore/builds.ts'
import { type OwnIo, ownRequest } from './own-request.ts'
import type { RequestParts } from './parts.ts'

const io: OwnIo = {
  body: (async function* () {})(),
  accounts: '',
  streamed: () => {
    throw new Error('nothing is streamed here')
  },
}
const asked = (start: BuildStart) => ownRequest('c0ffee', start, io, {} as RequestParts)

test.each<[BuildSource, string]>([
  [{ kind: 'git', address: 'https://u:SECRET@h/x.git#main' }, 'https://***@h/x.git#main'],
  [{ kind: 'http', url: 'http://u:SECRET@h/x.tgz' }, 'http://***@h/x.tgz'],
])('the title and the place of a build have no password, and its context has', async (context, shown) => {
  expect(await asked({ context })).toMatchObject({ title: shown, place: shown, context })
})

test('a title that a client makes of the address has no password either', async () => {
  const address = 'https://u:SECRET@h/x.git'
  const { title } = await asked({ title: address, context: { kind: 'git', address } })
  expect(title).toBe('https://***@h/x.git')
})
