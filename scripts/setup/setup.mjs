// Makes a clean clone able to run: npm packages (with Node 24 among them), native parts, and the attach helper.
// Says in a line what it does and how long that took, and goes on with what works when something is missing.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { aptCommand, aptInstall, hasApt } from './apt.mjs'
import { missingParts } from './native-parts.mjs'
import { findNode24 } from './node24.mjs'
import { install, isInstalled } from './npm-packages.mjs'
import { clock, say } from './say.mjs'

/**
 * @typedef {object} Setup
 * @property {string} node the Node 24 to run Longshore with
 * @property {import('./native-parts.mjs').Part[]} missing what could not be had
 */

/**
 * Prepares for `level`. Throws only when nothing at all would work: no packages, or no Node 24.
 * @param {string} top
 * @param {'engine' | 'test' | 'full'} level
 * @returns {Setup}
 */
export function setUp(top, level) {
  ensurePackages(top)
  const node = findNode24(top)
  if (!node) {
    throw new Error(
      `There is no Node 24 for ${process.platform} ${process.arch} among the npm packages. ` +
        'Install Node 24 or newer and run this again with it.',
    )
  }
  const missing = process.platform === 'linux' ? ensureParts(level) : []
  buildAttachHelper(top, node)
  return { node, missing }
}

/** @param {string} top */
function ensurePackages(top) {
  if (isInstalled(top)) return
  const took = clock()
  say('setup', 'npm ci: installing the packages of package-lock.json')
  const problem = install(top)
  if (problem) throw new Error(problem)
  say('setup', `npm packages installed (${took()})`)
}

/** @param {'engine' | 'test' | 'full'} level */
function ensureParts(level) {
  const missing = missingParts(level)
  if (missing.length === 0) return []
  const packages = [...new Set(missing.map((part) => part.debian))]
  if (hasApt() && process.getuid?.() === 0) {
    const took = clock()
    say('setup', `apt-get install ${packages.join(' ')}`)
    const problem = aptInstall(packages)
    if (problem) say('setup', problem)
    else say('setup', `native parts installed (${took()})`)
  }
  const still = missingParts(level)
  for (const part of still) say('setup', `without ${part.name}: ${part.why}`)
  if (still.length > 0) {
    const wanted = [...new Set(still.map((part) => part.debian))]
    say('setup', hasApt() ? `to get it: ${aptCommand(wanted)}` : `to get it, install: ${wanted.join(' ')}`)
  }
  return still
}

/**
 * The helper is in assets/native ready made; where there is a compiler it is made of its source.
 * @param {string} top
 * @param {string} node
 */
function buildAttachHelper(top, node) {
  const script = path.join(top, 'engine/host/attach/build.mjs')
  if (!existsSync(script)) return
  const result = spawnSync(node, [script], { cwd: top, encoding: 'utf8' })
  if (result.status !== 0) say('setup', `the attach helper was not built: ${result.stderr || result.stdout}`)
}
