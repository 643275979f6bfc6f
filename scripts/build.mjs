// npm run build: the page, by vite, into dist/renderer. Does nothing when no input changed since the last time.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { foreground } from './setup/run-node.mjs'
import { clock, say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'

const INPUTS = ['renderer', 'electron/contract', 'engine/errors.ts', 'vite.config.ts', 'package-lock.json']

/**
 * Builds the page if it is stale. Throws when vite fails.
 * @param {string} top
 * @param {string} node a Node 24
 */
export async function buildRenderer(top, node) {
  if (!existsSync(path.join(top, 'vite.config.ts'))) return
  const stamp = path.join(top, 'dist/renderer/.inputs')
  const hash = hashOf(top, INPUTS)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  const took = clock()
  say('build', 'vite build: renderer')
  const code = await foreground(
    node,
    [path.join(top, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: top,
    },
  )
  if (code !== 0) throw new Error(`vite build ended with ${code}; what it said is above.`)
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
  say('build', `dist/renderer is ready (${took()})`)
}

/**
 * One hash over names and contents. Tests are no input of the page.
 * @param {string} top
 * @param {readonly string[]} inputs
 */
function hashOf(top, inputs) {
  const hash = createHash('sha256')
  /** @param {string} file */
  const add = (file) => {
    const full = path.join(top, file)
    if (!existsSync(full)) return
    if (/\.test\.tsx?$/.test(file)) return
    try {
      const content = readFileSync(full)
      hash.update(`${file}\0${content.length}\0`).update(content)
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EISDIR') throw error
      for (const name of readdirSync(full).sort()) add(path.join(file, name))
    }
  }
  for (const input of inputs) add(input)
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
  try {
    await buildRenderer(top, setUp(top, 'engine').node)
  } catch (error) {
    say('build', error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
