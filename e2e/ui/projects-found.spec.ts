/** Stacks that others made, and new ones from what is there: found, adopted where their files are, scaled, taken down. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { Client } from '../fixtures/http.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { mustRun } from '../fixtures/processes.ts'
import { ENGINES, expect, type Page, row, screen, switchTo, test } from './window.ts'

for (const engine of ENGINES) {
  test(`a stack of docker-compose is found and adopted where its files are on ${engine} [15.01] [15.02]`, async ({
    window: page,
    longshore,
  }) => {
    const image = `${longshore.registry.host}/busybox:latest`
    const socket = longshore.engines.get(engine)?.socket ?? ''
    const folder = path.join(freshFolder('found'), `pier-${engine}`)
    const name = `pier-${engine}`
    const file = path.join(folder, 'docker-compose.yml')
    const main = page.getByRole('main')
    const plan = main.getByRole('region', { name: 'Plan' })
    const old = (...args: readonly string[]) =>
      mustRun('docker-compose', args, { cwd: folder, env: { DOCKER_HOST: `unix://${socket}` } })
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, stack(image, 'one'))
    await old('up', '-d')
    try {
      await switchTo(page, engine)
      await page.keyboard.press('Control+1')

      await test.step('it is on the list, opened by the keyboard alone', async () => {
        await expect(row(page, name)).toContainText('2 of 2 running')
        await page.keyboard.press('/')
        await page.keyboard.type(name)
        await page.keyboard.press('Enter')
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Enter')
        await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
        await expect(main.getByText('docker-compose.yml')).toBeVisible()
      })

      await test.step('its plan changes nothing', async () => {
        await main.getByRole('tab', { name: 'Compose', exact: true }).click()
        await expect(plan).toContainText('nothing to do')
        await check(page, 'compose')
      })

      await test.step('the file is followed when it changes on disk', async () => {
        writeFileSync(file, stack(image, 'two'))
        await expect(main.locator('.view-lines')).toContainText('two')
        await expect(plan.getByRole('article', { name: 'Recreate web' }).locator('ins')).toHaveText('two')
        writeFileSync(file, stack(image, 'one'))
        await expect(plan).toContainText('nothing to do')
      })

      await test.step('services: a shell, a restart, one more container', async () => {
        await main.getByRole('tab', { name: 'Services' }).click()
        await check(page, 'services')
        await main.getByRole('button', { name: 'Terminal in web' }).click()
        await expect.poll(() => screen(page)).toMatch(/[#$]/)
        await page.keyboard.type('echo word $WORD\n')
        await expect.poll(() => screen(page)).toContain('word one')
        await main.getByRole('button', { name: 'Stop web', exact: true }).click()
        await expect(main.getByRole('row').filter({ hasText: 'web' })).toContainText(/exited \d+/)
        await expect(main.getByText('1 of 2 running')).toBeVisible()
        await main.getByRole('button', { name: 'Start web', exact: true }).click()
        await expect(main.getByText('2 of 2 running')).toBeVisible()
        await main.getByRole('button', { name: 'One container of idle more' }).click()
        const dialog = page.getByRole('dialog', { name: 'Scale idle' })
        await expect(dialog.getByRole('article', { name: 'Create idle' })).toBeVisible()
        await expect(dialog).toContainText('--scale idle=2')
        await dialog.getByRole('button', { name: 'Apply plan' }).click()
        await expect(
          main
            .getByRole('row')
            .filter({ hasText: 'idle' })
            .getByText(/up \d+/),
        ).toHaveCount(2)
      })

      await test.step('the map shows what hangs together', async () => {
        await main.getByRole('tab', { name: 'Map' }).click()
        await expect(main.getByRole('img', { name: /web waits for idle/ })).toBeVisible()
        await check(page, 'map')
      })

      await test.step('everything goes with down', async () => {
        await main.getByRole('button', { name: 'More', exact: true }).click()
        await page.getByRole('menuitem', { name: 'Take down' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Take down', exact: true }).click()
        await main.getByRole('button', { name: 'All projects' }).click()
        await expect(row(page, name)).toContainText('not up', { timeout: 60_000 })
        expect((await old('ps', '-q')).trim()).toBe('')
      })
    } finally {
      await old('down', '-v', '-t', '0').catch(() => {})
      rmSync(path.dirname(folder), { recursive: true, force: true })
    }
  })

  test(`a stack whose files are nowhere, and one from containers on ${engine}`, async ({
    window: page,
    longshore,
  }) => {
    const image = `${longshore.registry.host}/busybox:latest`
    const client = new Client(longshore.engines.get(engine)?.socket ?? '')
    const folder = path.join(freshFolder('made'), 'taken')
    const main = page.getByRole('main')
    await client.post(`/images/create?fromImage=${encodeURIComponent(image)}`)
    const created = await client.post('/containers/create?name=stray-app-1', {
      Image: image,
      Cmd: ['sh', '-c', 'echo adrift; sleep 1000'],
      Env: ['MOORED=no'],
      Labels: {
        'com.docker.compose.project': 'stray',
        'com.docker.compose.service': 'app',
        'com.docker.compose.container-number': '1',
        'com.docker.compose.project.working_dir': '/nowhere/stray',
        'com.docker.compose.project.config_files': '/nowhere/stray/compose.yaml',
      },
    })
    const { Id: id } = created.json<{ Id: string }>()
    await client.post(`/containers/${id}/start`)
    try {
      await switchTo(page, engine)
      await page.keyboard.press('Control+1')
      await expect(row(page, 'stray')).toContainText('not there any more: /nowhere/stray/compose.yaml')
      await row(page, 'stray').click()
      await main.getByRole('tab', { name: 'Compose', exact: true }).click()
      await expect(main.getByText('Its files are not on this machine')).toBeVisible()
      await main.getByRole('tab', { name: 'Logs' }).click()
      await expect(page.getByRole('log')).toContainText('adrift')

      await test.step('from its container a project with a file is made', async () => {
        await main.getByRole('button', { name: 'All projects' }).click()
        await main.getByRole('button', { name: 'New project' }).click()
        const form = page.getByRole('dialog', { name: 'New project' })
        await form.getByRole('radio', { name: 'From containers' }).click()
        await form.getByRole('checkbox', { name: /stray-app-1/ }).click()
        await form.getByLabel('Name', { exact: true }).fill('taken')
        await form.getByLabel('Folder').fill(folder)
        await expect(form.getByText('MOORED: "no"')).toBeVisible()
        await check(page, 'new project')
        await form.getByRole('button', { name: 'Create and edit' }).click()
        await expect(main.getByRole('article', { name: 'Create app' })).toBeVisible()
        expect(readFileSync(path.join(folder, 'compose.yaml'), 'utf8')).toContain('name: taken')
      })

      await test.step('from a docker run line', async () => {
        await main.getByRole('button', { name: 'All projects' }).click()
        await main.getByRole('button', { name: 'New project' }).click()
        const form = page.getByRole('dialog', { name: 'New project' })
        await form.getByRole('radio', { name: 'From docker run' }).click()
        await form.getByLabel('docker run line').fill('docker run -d --name web -p 8080:80 nginx:1.27')
        await expect(form.getByText('image: nginx:1.27')).toBeVisible()
        await page.keyboard.press('Escape')
        await page.keyboard.press('Escape')
      })

      await test.step('what has no files is taken down by its labels', async () => {
        await expect(page.getByRole('dialog')).toHaveCount(0)
        await row(page, 'stray').click()
        await main.getByRole('button', { name: 'More', exact: true }).click()
        await page.getByRole('menuitem', { name: 'Take down' }).click()
        const dialog = page.getByRole('dialog', { name: 'Take stray down' })
        await expect(dialog.getByText('stray-app-1')).toBeVisible()
        await dialog.getByRole('button', { name: 'Take down', exact: true }).click()
        await page.keyboard.press('Control+1')
        await expect(row(page, 'stray')).toHaveCount(0, { timeout: 30_000 })
        await row(page, 'taken').click()
        await main.getByRole('button', { name: 'More', exact: true }).click()
        await page.getByRole('menuitem', { name: 'Take off this list' }).click()
        await expect(row(page, 'taken')).toHaveCount(0)
      })
    } finally {
      await client.delete(`/containers/${id}?force=1&v=1`)
      rmSync(path.dirname(folder), { recursive: true, force: true })
    }
  })
}

async function check(page: Page, what: string): Promise<void> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
  expect(serious, what).toEqual([])
}

function stack(image: string, word: string): string {
  return `version: "2.4"
services:
  web:
    image: ${image}
    environment:
      WORD: ${word}
    command: ["sleep", "1000"]
    stop_grace_period: 0s
    depends_on: [idle]
  idle:
    image: ${image}
    command: ["sleep", "1000"]
    stop_grace_period: 0s
`
}
