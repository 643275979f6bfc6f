import { defineConfig } from '@playwright/test'

// The journeys run in the distribution's Chromium: Playwright's own build cannot be downloaded everywhere.
export default defineConfig({
  testDir: 'e2e/ui',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ...(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['json'] as const] : [])],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.LONGSHORE_CHROMIUM ?? '/usr/bin/chromium',
      // Chromium's own sandbox does not run as root; the page that it shows is ours.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
})
