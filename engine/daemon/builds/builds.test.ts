import { expect, test } from 'vitest'
import { plainRequest } from '../../builder/plain-request.ts'
import type { BuildRequest } from '../../builder/request.ts'
import { Builds, type BuildsParts } from './builds.ts'
import type { BuildHead } from './fold.ts'

/** The head of the log of a build with these arguments, and what was built. */
async function begun(args: Readonly<Record<string, string>>) {
  const heads: BuildHead[] = []
  const ran: BuildRequest[] = []
  const builds = new Builds({
    run: async (request) => void ran.push(request),
    history: {
      open: async (head: BuildHead) => {
        heads.push(head)
        return { add: () => {}, end: async () => {} }
      },
      events: async function* () {},
    } as unknown as BuildsParts['history'],
    cache: { tidy: async () => {} } as unknown as BuildsParts['cache'],
    report: () => {},
    now: () => 1,
    changed: () => {},
  })
  await (await builds.start({ ...plainRequest('c0ffee'), args: new Map(Object.entries(args)) })).done
  await builds.close()
  return { written: heads[0]?.args, used: Object.fromEntries(ran[0]?.args ?? []) }
}

test('the history has the arguments, those of proxies without passwords; the build has all of them', async () => {
  const args = {
    ...{ HTTP_PROXY: 'http://u:PW@x:1', https_proxy: 'https://u:PW@x:1', ALL_PROXY: 'socks5://u:PW@x:1' },
    ...{ ftp_proxy: 'u:PW@x:1', NO_PROXY: 'localhost,.x', VERSION: 'http://v' },
  }
  const { written, used } = await begun(args)
  expect(written).toEqual({
    ...{ HTTP_PROXY: 'http://***@x:1', https_proxy: 'https://***@x:1', ALL_PROXY: 'socks5://***@x:1' },
    ...{ ftp_proxy: '***@x:1', NO_PROXY: 'localhost,.x', VERSION: 'http://v' },
  })
  expect(used).toEqual(args)
})
