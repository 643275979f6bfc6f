import { defineConfig } from 'vitest/config'

// The projects, from fast to slow. `vitest run` alone means the unit tests; scripts/test.mjs runs the rest by name.
const endToEnd = {
  // Engines are shared by the files of a project, and a file must find nothing that another is just making.
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  teardownTimeout: 60_000,
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{engine,electron,renderer,scripts,e2e/bench,e2e/fixtures,e2e/build/harness}/**/*.test.{ts,tsx}',
          ],
          exclude: ['**/node_modules/**', 'dist/**'],
          // A busy machine may take long over anything; what hangs is found all the same.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'api',
          include: ['e2e/api/**/*.test.ts'],
          globalSetup: ['e2e/api/global-setup.ts'],
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'clients',
          include: ['e2e/{clients,compose}/**/*.test.ts'],
          globalSetup: ['e2e/api/global-setup.ts'],
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'cli',
          include: ['e2e/cli/**/*.test.ts'],
          globalSetup: ['e2e/api/global-setup.ts'],
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'build',
          include: ['e2e/build/*.test.ts'],
          globalSetup: ['e2e/build/harness/global-setup.ts'],
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'rootless',
          include: ['e2e/rootless/**/*.test.ts'],
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['e2e/{faults,daemon}/**/*.test.ts'],
          ...endToEnd,
          // Some tests repeat their fault within themselves.
          testTimeout: 120_000 * Math.max(1, Number(process.env.LONGSHORE_REPEAT ?? '1')),
        },
      },
    ],
  },
})
