/**
 * A stack from its first line to its end: written with completion, planned, brought up, its logs followed, changed,
 * broken, corrected, taken down; on each engine.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freshFolder } from '../fixtures/paths.ts'
import { ENGINES, expect, type Page, paste, row, switchTo, test } from './window.ts'

for (const engine of ENGINES) {
  test(`write, plan, up, change, break and take down a stack on ${engine} [15.01]`, async ({
    window: page,
    longshore,
  }) => {
    const image = `${longshore.registry.host}/busybox:latest`
    const folder = path.join(freshFolder('stack'), `quay-${engine}`)
    const name = `quay-${engine}`
    const file = path.join(folder, 'compose.yaml')
    const main = page.getByRole('main')
    const plan = main.getByRole('region', { name: 'Plan' })
    await switchTo(page, engine)
    await page.keyboard.press('Control+1')
    await expect(page.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible()

    await test.step('a new project in a folder of its own', async () => {
      await main.getByRole('button', { name: 'New project' }).first().click()
      const form = page.getByRole('dialog', { name: 'New project' })
      await form.getByLabel('Name', { exact: true }).fill(name)
      await form.getByLabel('Folder').fill(folder)
      await expect(form.getByText(`name: ${name}`)).toBeVisible()
      await form.getByRole('button', { name: 'Create and edit' }).click()
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
      expect(readFileSync(file, 'utf8')).toContain(`name: ${name}`)
    })

    await test.step('written with completion', async () => {
      await retype(page, `name: ${name}\n# keeps this comment\nservices:\n  web:\n`)
      await page.keyboard.type('    ima')
      await suggestion(page, 'image').waitFor({ timeout: 15_000 })
      await page.keyboard.press('Enter')
      await page.keyboard.type(image)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Enter')
      await page.keyboard.type('restart: ')
      await suggestion(page, 'unless-stopped').waitFor({ timeout: 15_000 })
      await page.keyboard.press('Escape')
      await page.keyboard.type('always')
      await page.keyboard.press('Escape')
      await retype(page, stack(name, image, 'info'))
      await expect(main.getByText('no problems')).toBeVisible()
      expect(readFileSync(file, 'utf8')).not.toContain('tide')
    })

    await test.step('a draft outlives the window, and the file is not touched', async () => {
      await page.keyboard.press('Control+s')
      await expect(main.getByRole('button', { name: 'Save draft' })).toBeDisabled()
      await page.reload()
      await expect(main.getByText('with a draft that is not deployed')).toBeVisible()
      await expect(main.locator('.view-lines')).toContainText('tide')
      expect(readFileSync(file, 'utf8')).not.toContain('tide')
    })

    await test.step('the plan says what will be made, and is applied', async () => {
      await expect(plan.getByRole('article', { name: 'Create web' })).toBeVisible()
      await expect(plan.getByRole('article', { name: `Create network ${name}_default` })).toBeVisible()
      await expect(plan.getByRole('article', { name: `Create volume ${name}_data` })).toBeVisible()
      await expect(plan).toContainText('up -d')
      await main.getByRole('button', { name: 'Apply plan' }).click()
      await expect(plan.getByText(`${name} is up`)).toBeVisible({ timeout: 60_000 })
      // A job that has ended is started again by the next up, as Docker Compose does; nothing else is to be done.
      await expect(plan.getByRole('status')).toHaveText('1 to start, 4 unchanged, nothing removed')
      expect(readFileSync(file, 'utf8')).toContain('# the tide')
    })

    await test.step('the list and the services say that it is up; the job that ended is done', async () => {
      await main.getByRole('tab', { name: 'Services' }).click()
      await expect(main.getByRole('row').filter({ hasText: 'web' })).toContainText(/up \d+ s/)
      await expect(main.getByRole('row').filter({ hasText: 'migrate' })).toContainText('exited 0')
      await main.getByRole('button', { name: 'All projects' }).click()
      await expect(row(page, name)).toContainText('2 of 3 running, 1 done')
      await expect(row(page, name).getByRole('img', { name: 'running' })).toBeVisible()
    })

    await test.step('merged logs, a colour and a mute for each service', async () => {
      await page.getByLabel('Projects', { exact: true }).and(page.locator('[role$=grid]')).focus()
      await page.keyboard.press('ArrowDown')
      await row(page, name).click()
      await main.getByRole('tab', { name: 'Logs' }).click()
      const log = page.getByRole('log', { name: `Log of ${name}` })
      await expect(log).toContainText('web at info')
      await expect(log).toContainText('tide goes')
      await page.getByRole('group', { name: 'Services' }).getByRole('button', { name: 'tide' }).click()
      await expect(log).not.toContainText('tide goes')
      await expect(log).toContainText('web at info')
    })

    await test.step('a change of one variable recreates one service, and says why', async () => {
      await main.getByRole('tab', { name: 'Compose', exact: true }).click()
      await retype(page, stack(name, image, 'debug'))
      const card = plan.getByRole('article', { name: 'Recreate web' })
      await expect(card.locator('del')).toHaveText('info')
      await expect(card.locator('ins')).toHaveText('debug')
      await expect(card).toContainText(`Keeps volume ${name}_data`)
      await expect(plan.getByRole('status')).toContainText('1 to recreate')
      await main.getByRole('button', { name: 'Apply plan' }).click()
      await expect(plan.getByText(`${name} is up`)).toBeVisible({ timeout: 60_000 })
      await expect(plan.getByRole('status')).toHaveText('1 to start, 4 unchanged, nothing removed')
      await main.getByRole('tab', { name: 'Logs' }).click()
      await expect(page.getByRole('log')).toContainText('web at debug')
    })

    await test.step('the keys of the window work in the editor too', async () => {
      await main.getByRole('tab', { name: 'Compose', exact: true }).click()
      await page.locator('.monaco-editor .view-lines').first().click()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill(`logs of ${name}`)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('tab', { name: `${name}, all logs` })).toBeVisible()
      await page.locator('.monaco-editor .view-lines').first().click()
      await page.keyboard.press('Control+j')
      await expect(page.getByRole('tab', { name: `${name}, all logs` })).toHaveCount(0)
    })

    await test.step('a mistake is told at its line, with what to write', async () => {
      await main.getByRole('tab', { name: 'Compose', exact: true }).click()
      await retype(page, stack(name, image, 'debug').replace('environment:', 'enviroment:'))
      const problem = main.getByRole('list', { name: 'Problems' }).getByRole('button')
      await expect(problem).toContainText('compose.yaml:6:5')
      await expect(problem).toContainText('did you mean "environment"?')
      await expect(main.getByRole('button', { name: 'Apply plan' })).toBeDisabled()
      await retype(page, stack(name, image, 'debug'))
      await expect(main.getByText('no problems')).toBeVisible()
    })

    await test.step('a file that others change beneath an edit is noticed and offered', async () => {
      await retype(page, stack(name, image, 'mine'))
      await page.keyboard.press('Control+s')
      await expect(main.getByRole('button', { name: 'Save draft' })).toBeDisabled()
      writeFileSync(file, stack(name, image, 'theirs'))
      await expect(main.getByText('was changed on disk')).toBeVisible()
      await expect(main.getByRole('button', { name: 'Apply plan' })).toBeDisabled()
      await main.getByRole('button', { name: 'Take the file' }).click()
      await expect(main.locator('.view-lines')).toContainText('theirs')
      await expect(plan.getByRole('article', { name: 'Recreate web' }).locator('ins')).toHaveText('theirs')
    })

    await test.step('a change that does not come up is rolled back, and says so in the page', async () => {
      const broken = stack(name, image, 'theirs').replace(
        /command: \["sh", "-c", "while.*LEVEL.*\]/,
        'command: ["no-such-program"]',
      )
      await main.getByRole('button', { name: 'Apply plan' }).click()
      await expect(plan.getByText(`${name} is up`)).toBeVisible({ timeout: 60_000 })
      await retype(page, broken)
      await expect(plan.getByRole('article', { name: 'Recreate web' })).toBeVisible()
      await main.getByRole('button', { name: 'Apply plan' }).click()
      await expect(plan.getByRole('alert')).toContainText(`rolled back: ${name}-web-1 is as before`, {
        timeout: 60_000,
      })
      await expect(plan.getByRole('alert')).toContainText('no-such-program')
      await expect(main.getByText('2 of 3 running, 1 done')).toBeVisible()
      await retype(page, stack(name, image, 'theirs'))
      await expect(plan.getByRole('article', { name: 'Recreate web' })).toHaveCount(0)
    })

    await test.step('down names what goes and what stays', async () => {
      await main.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Take down' }).click()
      const dialog = page.getByRole('dialog', { name: `Take ${name} down` })
      await expect(dialog.getByText(`${name}-web-1`)).toBeVisible()
      await expect(dialog.getByText(`${name}_data`)).toBeVisible()
      await dialog.getByRole('checkbox').click()
      await dialog.getByRole('button', { name: 'Take down with its volumes' }).click()
      await main.getByRole('button', { name: 'All projects' }).click()
      await expect(row(page, name)).toContainText('not up', { timeout: 60_000 })
    })

    await test.step('the command log says it all', async () => {
      await page.getByRole('link', { name: /^Settings/ }).click()
      await expect(page.getByText(new RegExp(`longshore compose .*${name}.*up -d`)).first()).toBeVisible()
      await expect(page.getByText(new RegExp(`longshore compose .*${name}.*down -v`)).first()).toBeVisible()
    })
    rmSync(path.dirname(folder), { recursive: true, force: true })
  })
}

/** Puts a text in place of the editor's own. */
async function retype(page: Page, text: string): Promise<void> {
  const editor = page.locator('.monaco-editor').first()
  await editor.locator('.view-lines').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await paste(page, text)
}

function suggestion(page: Page, label: string) {
  return page
    .locator('.suggest-widget.visible')
    .getByRole('option', { name: new RegExp(`^${label}`) })
    .first()
}

function stack(name: string, image: string, level: string): string {
  return `name: ${name}
# the tide
services:
  web:
    image: ${image}
    environment:
      LEVEL: ${level}
    command: ["sh", "-c", "while true; do echo web at $$LEVEL; sleep 0.5; done"]
    stop_grace_period: 0s
    volumes:
      - data:/data
    depends_on:
      migrate:
        condition: service_completed_successfully
  tide:
    image: ${image}
    command: ["sh", "-c", "while true; do echo tide goes; sleep 0.5; done"]
    stop_grace_period: 0s
  migrate:
    image: ${image}
    command: ["sh", "-c", "echo migrated"]
volumes:
  data:
`
}
