// Where is a Node of version 24 or newer? The engine runs TypeScript as it stands and uses node:sqlite, both of
// which need it, while the machine's own Node may be as old as 20.

import { existsSync } from 'node:fs'
import path from 'node:path'

const NEEDED_MAJOR = 24

/**
 * @param {string} version as process.versions.node gives it, such as "24.1.0"
 */
export function isNewEnough(version) {
  return Number.parseInt(version, 10) >= NEEDED_MAJOR
}

/**
 * The path of a Node 24: the one that npm put beside our packages, else the running one if it is new enough.
 * @param {string} top the top folder of the checkout or package
 * @returns {string | undefined}
 */
export function findNode24(top) {
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const candidates = [
    path.join(top, 'node_modules', platform, 'bin', program),
    path.join(top, '..', platform, 'bin', program),
    path.join(top, 'node_modules', '.bin', program),
  ]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found) return found
  return isNewEnough(process.versions.node) ? process.execPath : undefined
}
