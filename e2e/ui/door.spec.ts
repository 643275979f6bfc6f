/** Who has no link gets nothing: no page, no file, no socket. */
import { expect, test } from './window.ts'

test('without the link nothing is served', async ({ longshore, playwright }) => {
  const link = new URL(await longshore.link())
  const stranger = await playwright.request.newContext()
  for (const path of ['/', '/index.html', '/session', '/rpc', '/open?token=guess']) {
    const answer = await stranger.get(`${link.origin}${path}`)
    expect(answer.status(), path).toBeGreaterThanOrEqual(400)
    expect(answer.status(), path).toBeLessThan(500)
  }
  await stranger.dispose()
})

test('a link opens once, and its window has a strict policy', async ({ longshore, page, playwright }) => {
  const link = await longshore.link()
  const answer = await page.goto(link)
  expect(answer?.headers()['content-security-policy']).toContain("script-src 'self'")
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible()
  const stranger = await playwright.request.newContext()
  expect((await stranger.get(link)).status()).toBeGreaterThanOrEqual(400)
  await stranger.dispose()
})

test('a socket without the cookie is refused', async ({ longshore, page }) => {
  const { host } = new URL(await longshore.link())
  const outcome = await page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address)
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
      }),
    `ws://${host}/rpc`,
  )
  expect(outcome).toBe('refused')
})
