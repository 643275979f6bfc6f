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
  ['POST', '/build', 501, /^this engine builds no images/],
  ['POST', '/session', 501, /^this engine builds no images/],
])('%s %s is %i', async (method, path, status, words) => {
  const answer = await daemon.api.request(method, path)
  expect(answer.status).toBe(status)
  expect(answer.json()).toEqual({ message: expect.stringMatching(words) })
})

test('there are no plugins, which is an empty list', async () => {
  expect((await daemon.api.get('/plugins')).text).toBe('[]\n')
})
