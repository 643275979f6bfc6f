/** Axe finds nothing serious on any page, in both themes, with something on it; and the keyboard reaches all of it. */
import AxeBuilder from '@axe-core/playwright'
import { Client } from '../fixtures/http.ts'
import { ENGINES, expect, type Page, row, switchTo, test } from './window.ts'

const PAGES = ['Projects', 'Containers', 'Images', 'Builds', 'Volumes', 'Engines', 'Settings'] as const

test('nothing serious on any page, light and dark', async ({ window: page, longshore }) => {
  test.slow() // every page twice, each looked at whole
  const engine = ENGINES[0]
  if (engine === undefined) throw new Error('no engine to test')
  const client = new Client(longshore.engines.get(engine)?.socket ?? '')
  const image = `${longshore.registry.host}/busybox:latest`
  await client.post(`/images/create?fromImage=${encodeURIComponent(image)}`)
  const created = await client.post('/containers/create?name=seen', {
    Image: image,
    Cmd: ['sh', '-c', 'echo error seen; sleep 1000'],
    Labels: { 'com.docker.compose.project': 'harbour' },
    HostConfig: { Binds: ['seen-data:/data'], PortBindings: {} },
  })
  const { Id: id } = created.json<{ Id: string }>()
  await client.post(`/containers/${id}/start`)
  // One that failed has the most to show.
  const dockerfile = `FROM ${image}\nMAINTAINER me\nRUN echo seen && false\n`
  await client.version('').post('/longshore/v1/builds', {
    title: 'looked-at',
    context: { kind: 'empty' },
    dockerfile: { text: dockerfile },
  })
  try {
    await switchTo(page, engine)
    await row(page, 'seen').click()
    await page.getByLabel('Containers', { exact: true }).and(page.locator('[role$=grid]')).focus()
    await page.keyboard.press('l')
    await expect(page.getByRole('log')).toContainText('error seen')
    for (const theme of ['Light', 'Dark']) {
      await page.getByRole('link', { name: /^Settings/ }).click()
      await page.getByRole('radio', { name: theme }).click()
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase())
      for (const name of PAGES) {
        await page.getByRole('link', { name: new RegExp(`^${name}`) }).click()
        await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
        if (name === 'Containers') await row(page, 'seen').click()
        await check(page, `${name}, ${theme}`)
        if (name === 'Builds' && engine === 'embedded') {
          await row(page, 'looked-at').click()
          await expect(page.getByRole('button', { name: 'Open a shell here' })).toBeVisible()
          await check(page, `a failed build, ${theme}`)
          await page.getByRole('tab', { name: 'Compare' }).click()
          await page.getByRole('button', { name: 'All builds' }).click()
        }
      }
      await page.getByRole('link', { name: /^Containers/ }).click()
      await page.getByRole('button', { name: 'Run container' }).click()
      await page.getByLabel('Image', { exact: true }).fill(image)
      await expect(page.getByRole('dialog').getByText(/^local/)).toBeVisible()
      await check(page, `run form, ${theme}`)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog', { name: 'Run container' })).toHaveCount(0)
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('dialog', { name: 'Go or do' })).toBeVisible()
      await check(page, `palette, ${theme}`)
      await page.keyboard.press('Escape')
    }
  } finally {
    await client.delete(`/containers/${id}?force=1&v=1`)
  }
})

test('the keyboard alone goes everywhere', async ({ window: page }) => {
  for (const [key, name] of PAGES.map((each, index) => [String(index + 1), each] as const)) {
    await page.keyboard.press(`Control+${key}`)
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  }
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('volumes')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Volumes' })).toBeVisible()
})

async function check(page: Page, what: string): Promise<void> {
  // What appears fades in; half faded, its contrast is not what one reads.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map(
      (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    )
  expect(serious, what).toEqual([])
}
