/** What a person is told when something cannot be done: where they did it, what failed, and nothing is left behind. */
import { ENGINES, expect, row, switchTo, test } from './window.ts'

for (const engine of ENGINES) {
  test(`an unknown image and a wrong name are told in the form on ${engine}`, async ({
    window: page,
    longshore,
  }) => {
    await switchTo(page, engine)
    await page.getByRole('button', { name: 'Run container' }).click()
    const form = page.getByRole('dialog', { name: 'Run container' })
    const problem = form.getByRole('alert')

    await form.getByLabel('Image', { exact: true }).fill(`${longshore.registry.host}/nowhere:1`)
    await form.getByLabel('Name', { exact: true }).fill('never-made')
    await form.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(problem).toContainText('nowhere', { timeout: 30_000 })
    await expect(form.getByRole('button', { name: 'Run', exact: true })).toBeEnabled()

    await form.getByLabel('Image', { exact: true }).fill(`${longshore.registry.host}/busybox:latest`)
    await form.getByLabel('Name', { exact: true }).fill('not a name!')
    await form.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(problem).toContainText('not a name!', { timeout: 30_000 })

    await page.keyboard.press('Escape')
    await expect(form).toHaveCount(0)
    await expect(row(page, 'never-made')).toHaveCount(0)
  })

  test(`a pull that fails says why and can be tried again on ${engine}`, async ({
    window: page,
    longshore,
  }) => {
    await switchTo(page, engine)
    await page.getByRole('link', { name: /^Images/ }).click()
    await page.getByRole('main').getByRole('button', { name: 'Pull', exact: true }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Pull image' })
    await dialog.getByLabel('Image', { exact: true }).fill(`${longshore.registry.host}/busybox:no-such-tag`)
    await page.keyboard.press('Enter')
    const task = dialog.getByRole('article')
    await expect(task.getByRole('img', { name: 'failed' })).toBeVisible({ timeout: 30_000 })
    await expect(task.getByRole('alert')).toContainText('no-such-tag')
    await expect(dialog.getByRole('button', { name: 'Pull again' })).toBeEnabled()
  })

  test(`a docker line pasted anywhere fills the form on ${engine}`, async ({ window: page }) => {
    await switchTo(page, engine)
    await page.evaluate(() => {
      const data = new DataTransfer()
      data.setData(
        'text/plain',
        'docker run -d --name orders -p 127.0.0.1:9:5432 -v orders:/var/lib/data -e POSTGRES_PASSWORD=hush postgres:17 -c "log_statement = all"',
      )
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
    })
    const form = page.getByRole('dialog', { name: 'Run container' })
    await expect(form.getByLabel('Image', { exact: true })).toHaveValue('postgres:17')
    await expect(form.getByLabel('Name', { exact: true })).toHaveValue('orders')
    await expect(form.getByLabel('Port on this machine for port 5432')).toHaveValue('9')
    await expect(form.getByLabel('Source of mount 1')).toHaveValue('orders')
    await expect(form.getByLabel('Value of POSTGRES_PASSWORD')).toHaveAttribute('type', 'password')
    await expect(form.getByLabel('Command', { exact: true })).toHaveValue("-c 'log_statement = all'")
  })
}
