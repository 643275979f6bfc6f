// npm run build: the page into dist/renderer and the desktop shell into dist/desktop, by vite. Each only when one of
// its inputs changed since the last time.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { foreground } from './setup/run-node.mjs'
import { clock, say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'

/**
 * @typedef {object} Bundle
 * @property {string} name what a person calls it
 * @property {string} config its vite configuration
 * @property {string} folder where it goes
 * @property {readonly string[]} inputs what it is made of; a change in any makes it stale
 */

/** @type {Bundle} */
const PAGE = {
  name: 'renderer',
  config: 'vite.config.ts',
  folder: 'dist/renderer',
  inputs: ['renderer', 'electron/contract', 'engine/errors.ts', 'vite.config.ts', 'package-lock.json'],
}

/** @type {Bundle} */
const DESKTOP = {
  name: 'desktop shell',
  config: 'vite.desktop.config.ts',
  folder: 'dist/desktop',
  inputs: ['electron', 'engine', 'vite.desktop.config.ts', 'package-lock.json'],
}

/**
 * Builds the page if it is stale. Throws when vite fails.
 * @param {string} top
 * @param {string} node a Node 24
 */
export async function buildRenderer(top, node) {
  await build(top, node, PAGE)
}

/**
 * Builds the desktop shell if it is stale and there is an Electron to run it. Throws when vite fails.
 * @param {string} top
 * @param {string} node a Node 24
 */
export async function buildDesktop(top, node) {
  const electron = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(top, 'node_modules/electron/dist')
  if (existsSync(electron)) await build(top, node, DESKTOP)
}

/**
 * @param {string} top
 * @param {string} node
 * @param {Bundle} bundle
 */
async function build(top, node, bundle) {
  if (!existsSync(path.join(top, bundle.config))) return
  const stamp = path.join(top, bundle.folder, '.inputs')
  const hash = hashOf(top, bundle.inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  const took = clock()
  say('build', `vite build: ${bundle.name}`)
  const vite = path.join(top, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--config', bundle.config, '--logLevel', 'warn']
  const code = await foreground(node, args, { cwd: top })
  if (code !== 0) throw new Error(`vite build ended with ${code}; what it said is above.`)
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
  say('build', `${bundle.folder} is ready (${took()})`)
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
    const { node } = setUp(top, 'engine')
    await build(top, node, PAGE)
    await build(top, node, DESKTOP)
  } catch (error) {
    say('build', error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
