/**
 * Electron Forge: packages what `npm run build` and vite.desktop.config.ts made. Nothing is built here, so that the
 * build and the tests do not depend on Forge.
 */

import { FuseV1Options, FuseVersion } from '@electron/fuses'
import { MakerDeb } from '@electron-forge/maker-deb'
import { MakerDMG } from '@electron-forge/maker-dmg'
import { MakerSquirrel } from '@electron-forge/maker-squirrel'
import { MakerZIP } from '@electron-forge/maker-zip'
import { FusesPlugin } from '@electron-forge/plugin-fuses'
import type { ForgeConfig } from '@electron-forge/shared-types'

/** What goes into the package, by path from the top: the bundles, the page, the icons. All code is bundled. */
const PACKAGED = [/^\/package\.json$/, /^\/dist(\/(desktop|renderer)(\/.*)?)?$/, /^\/assets(\/icon\.png)?$/]

/** Made beside the page, and of use only where it was made. */
const NOT_PACKAGED = /\.map$|\/\.[^/]+$/

const config: ForgeConfig = {
  outDir: 'out',
  packagerConfig: {
    name: 'Longshore',
    executableName: 'longshore',
    appBundleId: 'dev.longshore.desktop',
    appCategoryType: 'public.app-category.developer-tools',
    // Electron-packager adds the ending that the platform wants: .icns, .ico.
    icon: 'assets/icon',
    asar: true,
    prune: false,
    ignore: (file) =>
      file !== '' && (NOT_PACKAGED.test(file) || !PACKAGED.some((pattern) => pattern.test(file))),
  },
  makers: [
    new MakerDeb({
      options: {
        name: 'longshore',
        bin: 'longshore',
        genericName: 'Container manager',
        categories: ['Development'],
        section: 'devel',
        icon: 'assets/icon.png',
        // What the embedded engine drives; without them Longshore manages other engines and says what is missing.
        recommends: ['crun', 'conmon', 'iptables', 'iproute2'],
      },
    }),
    new MakerZIP({}, ['linux', 'darwin', 'win32']),
    new MakerDMG({ icon: 'assets/icon.icns' }, ['darwin']),
    new MakerSquirrel({ name: 'longshore', setupIcon: 'assets/icon.ico' }, ['win32']),
  ],
  plugins: [
    new FusesPlugin({
      version: FuseVersion.V1,
      // A fuse that a new Electron adds stops the packaging until it has a line here.
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      // We ship no snapshot of our own for the main process.
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      // The page is served at app://, so file:// needs no powers.
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      // On is the safe state: V8 then catches out-of-bounds accesses of WebAssembly by traps, as in Chrome.
      [FuseV1Options.WasmTrapHandlers]: true,
    }),
  ],
}

export default config
