/** An engine that goes away: what was on screen stays, marked with its age, and comes back by itself. */
import { Client } from '../fixtures/http.ts'
import { ENGINES, expect, row, switchTo, test } from './window.ts'

// Only our own engine promises that its containers live on; how another's die is its own affair.
for (const name of ENGINES.filter((each) => each === 'embedded')) {
  test(`${name} is killed and comes back`, async ({ window: page, longshore }) => {
    const engine = longshore.engines.get(name)
    if (!engine) throw new Error(`no ${name}`)
    const client = new Client(engine.socket)
    const image = `${longshore.registry.host}/busybox:latest`
    await client.post(`/images/create?fromImage=${encodeURIComponent(image)}`)
    const created = await client.post(`/containers/create?name=stays-${name}`, {
      Image: image,
      Cmd: ['sh', '-c', 'trap "exit 0" TERM; i=0; while true; do i=$((i+1)); echo beat $i; sleep 0.2; done'],
    })
    const { Id: id } = created.json<{ Id: string }>()
    await client.post(`/containers/${id}/start`)
    try {
      await switchTo(page, name)
      const line = row(page, `stays-${name}`)
      await expect(line.getByRole('img', { name: 'running' })).toBeVisible()
      await engine.kill()
      const note = page.getByRole('status').filter({ hasText: 'Containers as of' })
      await expect(note).toBeVisible()
      await expect(line).toBeVisible()
      await engine.start()
      await note
        .getByRole('button', { name: 'Reconnect' })
        .click({ timeout: 5000 })
        .catch(() => {
          // It came back by itself before the button was reached.
        })
      await expect(note).toHaveCount(0, { timeout: 30_000 })
      await expect(line.getByRole('img', { name: 'running' })).toBeVisible()
      await line.click()
      await page.getByRole('tab', { name: 'Logs', exact: true }).click()
      await expect(page.getByRole('log')).toContainText(/beat \d\d/)
    } finally {
      await client.delete(`/containers/${id}?force=1&v=1`)
    }
  })
}
