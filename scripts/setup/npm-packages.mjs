// Brings node_modules to what package-lock.json says, and does nothing when it is so already.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * True when every package of the lockfile is installed in its version. Packages for other platforms, which npm
 * leaves out, do not count.
 * @param {string} top
 */
export function isInstalled(top) {
  const hidden = path.join(top, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(path.join(top, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.entries(wanted).every(
    ([where, entry]) => where === '' || entry.optional || present[where]?.version === entry.version,
  )
}

/**
 * Runs `npm ci`. Install scripts stay off: nothing that we use needs one.
 * @param {string} top
 * @returns {string | undefined} why it failed
 */
export function install(top) {
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: top,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (result.status === 0) return undefined
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(0, 30).join('\n')
  return `npm ci ended with ${result.status ?? result.error?.message}:\n${said}`
}
