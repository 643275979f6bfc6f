/** From nothing to a running container, its log, a shell in it, and away again; on each engine. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ENGINES, expect, type Page, paste, row, screen, switchTo, test } from './window.ts'

// A web server, and a line each fifth of a second; it ends well when it is asked to.
const PROGRAM = [
  'trap "exit 0" TERM',
  'mkdir -p /srv/www',
  'echo moored > /srv/www/index.html',
  'httpd -p 8000 -h /srv/www',
  'i=0',
  'while true; do i=$((i+1)); echo "info line $i"; sleep 0.2; done',
].join('; ')

for (const engine of ENGINES) {
  test(`pull, run, watch, enter, stop and remove on ${engine}`, async ({ window: page, longshore }) => {
    const image = `${longshore.registry.host}/busybox:latest`
    const name = `journey-${engine}`
    await switchTo(page, engine)

    await test.step('pull with progress, a line a layer', async () => {
      await pull(page, `${longshore.registry.host}/layered:1`)
      const task = page.getByRole('dialog', { name: 'Pull image' }).getByRole('article')
      await expect(task.getByRole('img', { name: 'done' })).toBeVisible({ timeout: 60_000 })
      await expect(task.getByRole('listitem')).toHaveCount(4)
      await expect(task.getByRole('progressbar', { name: /^Layer/ })).toHaveCount(4)
      await page.keyboard.press('Escape')
      await pull(page, image)
      await page.getByRole('button', { name: 'Run it' }).click({ timeout: 60_000 })
    })

    const held = createServer().listen(0, '127.0.0.1')
    await once(held, 'listening')
    const heldPort = (held.address() as AddressInfo).port
    const form = page.getByRole('dialog', { name: 'Run container' })
    await test.step('a run with a port that is taken, then a free one, and a volume', async () => {
      await expect(form.getByText(/^local/)).toBeVisible()
      await form.getByLabel('Name', { exact: true }).fill(name)
      await form.getByRole('button', { name: 'Add port' }).click()
      await form.getByLabel('Port of the container, new port').fill('8000')
      await form.getByLabel('Port on this machine for port 8000').fill(String(heldPort))
      await expect(form.getByRole('alert')).toContainText('held by')
      await expect(form.getByRole('button', { name: 'Run', exact: true })).toBeDisabled()
      await form.getByRole('button', { name: /^Use \d+$/ }).click()
      await expect(form.getByRole('alert')).toHaveCount(0)
      await form.getByRole('button', { name: /^Volumes/ }).click()
      await form.getByRole('button', { name: 'Add volume or folder' }).click()
      await form.getByLabel('Source of mount 1').fill(`${name}-data`)
      await form.getByLabel('Path in the container of mount 1').fill('/srv/data')
      await form.getByRole('button', { name: /^Command/ }).click()
      await form.getByLabel('Command', { exact: true }).fill(`sh -c '${PROGRAM}'`)
      const preview = form.getByRole('complementary', { name: 'The same as' })
      await expect(preview).toContainText(`-v ${name}-data:/srv/data`)
      await expect(preview).toContainText(`--name ${name}`)
      await form.getByRole('button', { name: 'Run', exact: true }).click()
      held.close()
    })

    await test.step('the row turns green by an event', async () => {
      await expect(row(page, name).getByRole('img', { name: 'running' })).toBeVisible()
      await expect(row(page, name)).toContainText(/up \d+ s/)
    })

    await test.step('the port answers', async () => {
      const link = row(page, name).getByRole('link').first()
      const address = await link.getAttribute('href')
      const answer = await page.request.get(address ?? '')
      expect(await answer.text()).toContain('moored')
    })

    const list = page.getByLabel('Containers', { exact: true }).and(page.locator('[role$=grid]'))
    const log = page.getByRole('log', { name: `Log of ${name}` })
    await test.step('its log follows, stops on scrolling up, and finds', async () => {
      await list.focus()
      await page.keyboard.press('l')
      await expect(log).toContainText('info line 1')
      await expect(log).toContainText('info line 40')
      const state = page.getByRole('status').filter({ hasText: /following/ })
      await log.hover()
      await page.mouse.wheel(0, -300)
      await expect(state).toHaveText(/^not following/)
      await log.focus()
      await page.keyboard.press('Control+f')
      await page.keyboard.type('line 2')
      await expect(page.getByRole('search').getByRole('status')).toHaveText(/of \d+/)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Follow again' }).click()
      await expect(state).toHaveText(/^following/)
    })

    await test.step('a shell: vi, a resize, a long paste, ctrl-c', async () => {
      await list.focus()
      await page.keyboard.press('t')
      await expect(page.locator('.xterm-rows')).toBeVisible()
      await expect.poll(() => screen(page)).toMatch(/[#$]/)
      await page.keyboard.type('vi /tmp/note\n')
      await expect.poll(() => screen(page)).toMatch(/~\s*\n~/)
      const before = (await screen(page)).split('\n').length
      const divider = page.getByRole('separator', { name: 'Height of the panel' })
      await divider.focus()
      for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowUp')
      await expect.poll(async () => (await screen(page)).split('\n').length).toBeGreaterThan(before)
      await page.locator('.xterm-helper-textarea').focus()
      await page.keyboard.type(':q!\n')
      await prompt(page)
      await page.keyboard.type('stty size\n')
      const rows = await page.locator('.xterm-rows > div').count()
      await expect.poll(() => screen(page)).toMatch(new RegExp(`^${rows} \\d+`, 'm'))

      // The shell's own line editor would eat what comes before cat reads.
      await page.keyboard.type("echo rea''dy; cat > /tmp/pasted\n")
      await expect.poll(() => screen(page)).toMatch(/^ready/m)
      await paste(page, `${'0123456789'.repeat(4).slice(1)}\n`.repeat(50))
      await page.keyboard.press('Control+d')
      await prompt(page)
      await page.keyboard.type('echo pasted $(wc -c < /tmp/pasted)\n')
      await expect.poll(() => screen(page)).toContain('pasted 2000')

      await page.keyboard.type('sleep 1000\n')
      await expect.poll(() => screen(page)).toContain('sleep 1000')
      await page.keyboard.press('Control+c')
      await prompt(page)
      await page.keyboard.type('echo after-$?\n')
      await expect.poll(() => screen(page)).toContain('after-130')
    })

    await test.step('after a reload the same terminal is there with its scrollback', async () => {
      await page.reload()
      await expect(page.getByRole('tab', { name: new RegExp(`^${name}, (a|ba|z)?sh`) })).toBeVisible()
      await expect.poll(() => screen(page)).toContain('after-130')
      await page.locator('.xterm-helper-textarea').focus()
      await page.keyboard.type('echo still $((40+2))\n')
      await expect.poll(() => screen(page)).toContain('still 42')
      await page.keyboard.type('exit 7\n')
      await expect(page.getByText('The program ended with code 7.')).toBeVisible()
      await expect(page.getByRole('button', { name: 'Open again' })).toBeVisible()
    })

    await test.step('stop, and remove what the dialog names', async () => {
      await list.focus()
      await page.keyboard.press('s')
      await expect(row(page, name)).toContainText('exited 0')
      await page.keyboard.press('Delete')
      const dialog = page.getByRole('dialog', { name: `Remove ${name}` })
      await expect(dialog.getByText(name).first()).toBeVisible()
      await expect(dialog.getByText(`${name}-data`)).toBeVisible()
      await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
      await expect(row(page, name)).toHaveCount(0)
    })

    await test.step('the volume was kept, and goes when it is asked to', async () => {
      await page.getByRole('link', { name: /^Volumes/ }).click()
      await row(page, `${name}-data`).click()
      await page.getByRole('button', { name: 'Remove', exact: true }).click()
      await page.getByRole('button', { name: 'Remove with its data' }).click()
      await expect(row(page, `${name}-data`)).toHaveCount(0)
    })

    await test.step('the command log says it all', async () => {
      await page.getByRole('link', { name: /^Settings/ }).click()
      await expect(page.getByText(new RegExp(`docker run .*--name ${name}`)).first()).toBeVisible()
      await expect(page.getByText(`docker volume rm ${name}-data`)).toBeVisible()
    })
  })
}

/** Waits until the shell asks for a line. */
async function prompt(page: Page): Promise<void> {
  await expect.poll(async () => (await screen(page)).trimEnd()).toMatch(/[#$]$/)
}

async function pull(page: Page, reference: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Pull', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Pull image' })
  await dialog.getByLabel('Image', { exact: true }).fill(reference)
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
}
