/**
 * Desktop: the shell that Electron runs, and the only importer of `electron` beside the preload. This is its entry:
 * it knows where things lie in a checkout and in the package, and starts the shell there.
 */
import path from 'node:path'
import { startShell } from './shell.ts'

/** The bundles lie together in dist/desktop; from there the page and the icons are found. */
const bundles = import.meta.dirname
const top = path.resolve(bundles, '../..')

startShell({
  preload: path.join(bundles, 'preload.cjs'),
  services: path.join(bundles, 'services.cjs'),
  page: path.join(top, 'dist/renderer'),
  icon: path.join(top, 'assets/icon.png'),
})
