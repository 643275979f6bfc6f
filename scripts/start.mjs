// npm start: from a clean clone to the window, or to the headless link where there is no Electron or display.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDesktop, buildRenderer } from './build.mjs'
import { foreground } from './setup/run-node.mjs'
import { say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

try {
  const { node } = setUp(top, 'engine')
  await buildRenderer(top, node)
  await buildDesktop(top, node)
  const longshore = path.join(top, 'scripts/longshore.mjs')
  process.exitCode = await foreground(node, [longshore, ...process.argv.slice(2)], { cwd: process.cwd() })
} catch (error) {
  say('start', error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
