/**
 * Journeys of a person through Longshore's window, in real Chromium on the headless shell, on each engine. This file:
 * the Longshore under test, with an embedded engine and a dockerd to switch between, and a registry to pull from.
 */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import type { EngineName, RunningEngine } from '../fixtures/engine.ts'
import { pushImages } from '../fixtures/images.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { background, mustRun, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { enginesToTest, startEngine } from '../fixtures/start-engine.ts'

export { expect, type Page }

/** The engines that have journeys. */
export const ENGINES = enginesToTest().filter((name) => name !== 'podman')

/** A running Longshore. */
export interface Longshore {
  readonly registry: Registry
  readonly engines: ReadonlyMap<EngineName, RunningEngine>
  /** A fresh one-time link. */
  link(): Promise<string>
}

export const test = base.extend<{ readonly window: Page }, { readonly longshore: Longshore }>({
  longshore: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const folder = freshFolder('ui')
      const engines = new Map<EngineName, RunningEngine>()
      const registry = await startRegistry()
      // An engine that does not start must not leave the others running.
      try {
        await pushImages(registry.host)
        for (const name of ENGINES) engines.set(name, await startEngine(name))
        const state = path.join(folder, 'state')
        const embedded = engines.get('embedded')
        const args = [
          ...['serve', '--state', state],
          ...['--socket', embedded?.socket ?? path.join(folder, 'none.sock')],
          ...['--root', embedded?.root ?? path.join(folder, 'root')],
          '--stop-engine-on-exit',
        ]
        const docker = engines.get('dockerd')
        const serve = background(process.execPath, [bin, ...args], {
          logPath: path.join(folder, 'serve.log'),
          env: docker ? { DOCKER_HOST: `unix://${docker.socket}` } : {},
        })
        try {
          await until('Longshore to print its link', () => linkIn(serve.log()))
          await use({
            registry,
            engines,
            link: async () => {
              const said = await mustRun(process.execPath, [bin, 'serve', '--state', state])
              const link = linkIn(said)
              if (link === undefined) throw new Error(`no link in:\n${said}`)
              return link
            },
          })
        } finally {
          serve.child.kill('SIGTERM')
          await serve.ended
        }
      } finally {
        for (const engine of engines.values()) await engine.stop()
        await registry.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  /** A page signed in by a link of its own. It must log no error. */
  window: async ({ page, longshore }, use) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(await longshore.link())
    await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible()
    await use(page)
    expect(errors, 'errors in the page').toEqual([])
  },
  launchOptions: [
    async ({ launchOptions }, use) => {
      // Without WebGL the terminal draws into the document, where its text can be read; that fallback is ours too.
      await use({ ...launchOptions, args: [...(launchOptions.args ?? []), '--disable-3d-apis'] })
    },
    { scope: 'worker' },
  ],
})

/** Goes to an engine by the switcher at the top of the rail, as a person does. */
export async function switchTo(page: Page, name: EngineName): Promise<void> {
  const label = name === 'dockerd' ? /Docker/ : /Longshore|Embedded/
  await page.getByRole('button', { name: /^Switch engine/ }).click()
  await page.getByRole('dialog', { name: 'Engines' }).getByRole('button', { name: label }).first().click()
  await expect(page.getByRole('status', { name: 'Engine' })).toContainText(/running/, { timeout: 30_000 })
}

/** The row of the list that shows `name`. */
export function row(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })
}

/** The text of the terminal on screen. */
export async function screen(page: Page): Promise<string> {
  return (await page.locator('.xterm-rows').innerText()).replaceAll('\u00a0', ' ')
}

/** Pastes text where the focus is, as the browser does. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    document.activeElement?.dispatchEvent(event)
  }, text)
}

function linkIn(text: string): string | undefined {
  return /^open (http:\/\/127\.0\.0\.1:\S+)$/m.exec(text)?.[1]
}
