/**
 * An image from its Dockerfile, as a person builds it: opened, completed, built, built again from the cache, changed,
 * broken, entered where it broke, compared; by the keyboard where that is quicker.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freshFolder } from '../fixtures/paths.ts'
import { expect, type Page, row, screen, switchTo, test } from './window.ts'

test('build, build again, change one file, break and mend a Dockerfile [11.01] [11.02]', async ({
  window: page,
  longshore,
}) => {
  const image = `${longshore.registry.host}/busybox:latest`
  const folder = path.join(freshFolder('build'), 'harbour')
  const file = path.join(folder, 'Dockerfile')
  const main = page.getByRole('main')
  const steps = main.getByRole('tabpanel', { name: 'Steps' })
  mkdirSync(path.join(folder, 'src'), { recursive: true })
  writeFileSync(path.join(folder, 'src/tide.txt'), 'low\n')
  writeFileSync(path.join(folder, 'src/quay.txt'), 'stone\n')
  writeFileSync(
    file,
    [
      `FROM ${image} AS base`,
      'FROM base AS build',
      'ARG MARK=one',
      'COPY src ./src',
      'RUN cat src/* > out && echo "made $MARK"',
      'FROM base',
      'COPY --from=build /out /out',
      'CMD ["cat", "/out"]',
      '',
    ].join('\n'),
  )
  await switchTo(page, 'embedded')
  await page.keyboard.press('Control+4')
  await expect(page.getByRole('heading', { level: 1, name: 'Builds' })).toBeVisible()

  await test.step('a folder is opened, its options chosen, and it is built', async () => {
    await main.getByRole('button', { name: 'Build', exact: true }).first().click()
    const form = page.getByRole('dialog', { name: 'Build' })
    await form.getByLabel('Folder').last().fill(folder)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Build harbour' })).toBeVisible()
    await expect(main.getByText('no problems')).toBeVisible()
    await main.getByLabel('Names of the image').fill('harbour:1')
    await expect(main.getByText(`longshore build -t harbour:1 ${folder}`)).toBeVisible()
    await main.getByRole('button', { name: 'Build', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'harbour' })).toBeVisible()
    await expect(main.getByText('built', { exact: true })).toBeVisible({ timeout: 60_000 })
    await expect(steps.getByRole('listitem', { name: 'COPY src ./src' })).toContainText('first built here')
  })

  await test.step('what a step wrote is in its log', async () => {
    await steps.getByRole('button', { name: /^RUN cat/ }).click()
    await expect(steps.getByRole('log')).toContainText('made one')
  })

  await test.step('again: everything is cached, and the lines say so', async () => {
    await main.getByRole('button', { name: 'Build again' }).click()
    await expect(steps.getByRole('status').first()).toContainText(/\d+ cached/)
    await expect(main.getByText('built', { exact: true })).toBeVisible({ timeout: 60_000 })
    await expect(main.locator('.editor-notes')).toContainText('cached')
    await expect(steps.getByRole('listitem', { name: /^RUN cat/ })).toContainText('line 5')
  })

  await test.step('one file changes: that is the reason, and the rest stays', async () => {
    writeFileSync(path.join(folder, 'src/tide.txt'), 'high\n')
    await main.getByRole('button', { name: 'Build again' }).click()
    await expect(steps.getByRole('listitem', { name: 'COPY src ./src' })).toContainText(
      'src/tide.txt changed',
      {
        timeout: 60_000,
      },
    )
    await expect(main.locator('.editor-notes')).toContainText('src/tide.txt')
    await main.getByRole('tab', { name: 'Compare' }).click()
    await expect(main.getByRole('row').filter({ hasText: 'src/tide.txt changed' })).toHaveCount(1)
    await main.getByRole('tab', { name: 'Steps' }).click()
  })

  await test.step('an argument gets another value in the options', async () => {
    await main.getByRole('tab', { name: 'Options' }).click()
    await main.getByRole('button', { name: 'MARK' }).click()
    await main.getByLabel('Value of MARK').fill('two')
    await expect(main.getByText('--build-arg MARK=two')).toBeVisible()
    await main.getByRole('button', { name: 'Build again' }).click()
    await expect(steps.getByRole('listitem', { name: /^RUN cat/ })).toContainText('MARK', { timeout: 60_000 })
  })

  await test.step('completion writes an instruction, the parser finds what is wrong', async () => {
    await main.locator('.monaco-editor').first().click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('WORKD')
    await suggestion(page, 'WORKDIR').waitFor({ timeout: 15_000 })
    await page.keyboard.press('Enter')
    await page.keyboard.type('/srv')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.keyboard.type('CPOY a b')
    await page.keyboard.press('Escape')
    await expect(main.getByRole('alert')).toContainText(/CPOY/i)
    expect(readFileSync(file, 'utf8')).not.toContain('CPOY')
  })

  await test.step('a step fails: it is said where and why, and one can look around in it', async () => {
    await retype(page, `FROM ${image}\nRUN echo kept > /left && cat /missing\n`)
    await expect(main.getByText('no problems')).toBeVisible()
    await page.keyboard.press('Control+Enter')
    const failed = steps.getByRole('listitem', { name: /^RUN echo kept/ })
    await expect(failed).toContainText('exit code: 1', { timeout: 60_000 })
    await expect(main.locator('.editor-notes')).toContainText('failed: exit 1')
    expect(readFileSync(file, 'utf8')).toContain('/missing')
    await expect(failed.getByRole('log')).toContainText('/missing')
    await failed.getByRole('button', { name: 'Open a shell here' }).click()
    await expect.poll(() => screen(page), { timeout: 30_000 }).toMatch(/[#$] *$/m)
    await page.keyboard.type('cat /left\n')
    await expect.poll(() => screen(page)).toContain('kept')
  })

  await test.step('mended, it is built; the history has them all', async () => {
    await retype(page, `FROM ${image}\nRUN echo kept > /left\n`)
    await page.keyboard.press('Control+Enter')
    await expect(main.getByText('built', { exact: true })).toBeVisible({ timeout: 60_000 })
    await main.getByRole('button', { name: 'All builds' }).click()
    await expect(row(page, 'harbour').filter({ hasText: 'built' }).first()).toBeVisible()
    await expect(row(page, 'harbour').filter({ hasText: /exit code: 1/ })).toHaveCount(1)
    await page.keyboard.press('/')
    await page.keyboard.type('state:failed')
    await expect(row(page, 'harbour')).toHaveCount(1)
  })
})

function suggestion(page: Page, label: string) {
  return page
    .locator('.suggest-widget.visible')
    .getByRole('option', { name: new RegExp(`^${label}`) })
    .first()
}

async function retype(page: Page, text: string): Promise<void> {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
  await page.keyboard.press('Escape')
}
