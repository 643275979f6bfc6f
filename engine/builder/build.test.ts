import { expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import { type BuildParts, runBuild } from './build.ts'
import { requestOf } from './plan/plan-case.ts'
import type { BuildRequest } from './request.ts'
import type { BuildEvent } from './solve/progress.ts'

const GIT = 'https://u:SECRET@h/x.git'
const HTTP = 'http://u:SECRET@h/x.tgz'

/** What a build tells, and the addresses that it asks, in a world where nothing can be fetched. */
async function built(request: Partial<BuildRequest>) {
  const told: BuildEvent[] = []
  const asked: string[] = []
  const no = (address: string) => {
    asked.push(address)
    throw new EngineError('unavailable', 'nobody is there')
  }
  const parts = {
    performer: () => ({
      perform: async ({ operation }: { operation: { url: string } }) => no(operation.url),
    }),
    lookUp: { resolveCommit: async (remote: string) => no(remote) },
    emit: (event: BuildEvent) => void told.push(event),
    signal: new AbortController().signal,
    now: () => 1,
  } as unknown as BuildParts
  await runBuild(requestOf({ request }), parts)
  return { told: JSON.stringify(told), asked }
}

test.each<[Partial<BuildRequest>, string, string]>([
  [{ context: { kind: 'git', address: GIT } }, GIT, 'load remote build context https://***@h/x.git'],
  [{ context: { kind: 'http', url: HTTP } }, HTTP, 'load remote build context http://***@h/x.tgz'],
  [
    { dockerfile: { text: 'FROM scratch\nADD https://u:SECRET@h/x.git /', path: 'D', from: null } },
    GIT,
    'look up https://***@h/x.git#',
  ],
])('the password of an address fetches and is not told', async (request, address, shown) => {
  const { told, asked } = await built(request)
  expect(asked).toEqual([address])
  expect(told).toContain(shown)
  // A Dockerfile is shown as it was written.
  expect(told.replace(/"text":"[^"]*"/, '')).not.toContain('SECRET')
})

test('nor is it when the address is none', async () => {
  const { told } = await built({ context: { kind: 'git', address: 'https://u:SECRET@h/none' } })
  expect(told).toContain('https://***@h/none is no address of a git repository')
  expect(told).not.toContain('SECRET')
  const odd = await built({ context: { kind: 'git', address: 'https://u:SECRET@h/x.git?odd=1' } })
  expect(odd.told).toContain('in the git address https://***@h/x.git?odd=1')
  expect(odd.told).not.toContain('SECRET')
})
