/**
 * Desktop: the shell that Electron runs, and the only importer of `electron` beside the preload. This is its entry:
 * it knows where things lie in a checkout and in the package, and starts the shell there.
 */
import path from 'node:path'
import { app } from 'electron'
import { startShell } from './shell.ts'

/** The bundles lie together in dist/desktop; from there the page and the icons are found. */
const bundles = import.meta.dirname
const top = path.resolve(bundles, '../..')

startShell({
  preload: path.join(bundles, 'preload.cjs'),
  services: path.join(bundles, 'services.cjs'),
  page: path.join(top, 'dist/renderer'),
  icon: path.join(top, 'assets/icon.png'),
  ...embeddedEngine(),
})

/**
 * The embedded engine runs under a Node of its own, because Electron may not act as one (the RunAsNode fuse is off):
 * in a checkout the one that runs the `longshore` command, in the package one beside the asar.
 */
function embeddedEngine(): { readonly engine: string; readonly node: string } {
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  if (app.isPackaged) {
    const beside = path.join(process.resourcesPath, 'engine')
    return { engine: path.join(beside, 'engine.mjs'), node: path.join(beside, program) }
  }
  return { engine: path.join(top, 'engine/main.ts'), node: process.env.LONGSHORE_NODE ?? program }
}
