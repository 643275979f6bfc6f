/** What this engine does not do, it says: with words of its own, since dockerd does it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OwnDaemon, startDaemon } from './daemon.ts'

let daemon: OwnDaemon
beforeAll(async () => {
  daemon = await startDaemon()
})
afterAll(() => daemon.stop())

test.each([
  ['POST', '/swarm/init', 501, /^this engine is for one machine and forms no swarm/],
  ['POST', '/swarm/join', 501, /^this engine is for one machine and forms no swarm/],
  ['GET', '/nodes', 503, /^This node is not a swarm manager\./],
  ['POST', '/services/create', 503, /^This node is not a swarm manager\./],
  ['GET', '/plugins/none/json', 404, /^plugin "none" not found$/],
  ['POST', '/plugins/pull', 501, /^plugins are not supported by this engine$/],
  ['POST', '/build?version=3', 400, /^invalid version "3"$/],
  ['POST', '/build?isolation=hyperv', 400, /^Unsupported isolation: "hyperv"$/],
  ['POST', '/build?buildargs=x', 400, /^error reading build args: /],
  ['POST', '/build?t=UPPER', 400, /^invalid reference format: repository name .*must be lowercase$/],
  ['POST', '/build?dockerfile=../x', 400, /^forbidden path outside the build context: \.\.\/x \(\)$/],
  ['POST', '/build?remote=nowhere', 400, /^remoteURL \(nowhere\) could not be recognized as URL$/],
  ['POST', '/build/cancel', 400, /^build ID not provided$/],
  ['POST', '/session', 400, /^no upgrade proto in request$/],
  ['GET', '/longshore/v1/builds/abc', 404, /^no such build: abc$/],
])('%s %s is %i', async (method, path, status, words) => {
  const answer = await daemon.api.request(method, path)
  expect(answer.status).toBe(status)
  expect(answer.json()).toEqual({ message: expect.stringMatching(words) })
})

test('there are no plugins, which is an empty list', async () => {
  expect((await daemon.api.get('/plugins')).text).toBe('[]\n')
})
