// npm run bench: sets up what the bench needs, then runs it on Node 24. Flags are passed on.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { foreground } from './setup/run-node.mjs'
import { say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

try {
  const { node } = setUp(top, 'full')
  process.exitCode = await foreground(
    node,
    [path.join(top, 'e2e/bench/bench.ts'), ...process.argv.slice(2)],
    { cwd: top },
  )
} catch (error) {
  say('bench', error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
