/**
 * Who may import whom. Each row is a folder (or file) and what its files may import besides their own folder;
 * type imports count too. `imports.test.ts` holds the code to it, and ARCHITECTURE.md explains it.
 */

/** Folders and files of our own, by path from the top. The row with the longest matching path decides. */
export const IMPORT_TABLE: Readonly<Record<string, readonly string[]>> = {
  'engine/main.ts': ['engine/config', 'engine/daemon', 'engine/server', 'engine/host'],
  'engine/config': [],
  'engine/errors.ts': [],
  'engine/api': [],
  'engine/oci': [],
  'engine/archive': [],
  // An archive of a stranger is unpacked by the host's tar, and bzip2 and xz by its programs.
  'engine/context': ['engine/archive', 'engine/host'],
  'engine/host': [],
  'engine/registry': ['engine/oci'],
  'engine/store': ['engine/oci', 'engine/archive', 'engine/host'],
  'engine/runtime': ['engine/oci', 'engine/host'],
  'engine/network': ['engine/host'],
  'engine/volume': ['engine/host'],
  // COPY is done by the native helper, and a checkout by the host's git.
  'engine/builder': [
    ...['engine/oci', 'engine/host', 'engine/archive', 'engine/context', 'engine/registry', 'engine/store'],
    ...['engine/runtime', 'engine/network', 'engine/volume'],
  ],
  'engine/daemon': [
    ...['engine/api', 'engine/oci', 'engine/archive', 'engine/registry', 'engine/store'],
    ...['engine/runtime', 'engine/network', 'engine/volume', 'engine/builder', 'engine/context'],
  ],
  'engine/server': ['engine/api'],
  'engine/client': ['engine/api', 'engine/archive', 'engine/context'],
  'engine/compose': ['engine/api', 'engine/client', 'engine/context'],
  'electron/contract': [],
  // The view types that the services answer with are the contract's: one truth of what a row is.
  'electron/services': [
    ...['electron/contract', 'engine/api', 'engine/client', 'engine/compose', 'engine/builder/parse'],
  ],
  'electron/router': ['electron/contract', 'electron/services'],
  // One services process a state folder: the desktop's joins a headless shell, and lets one join.
  'electron/desktop': ['electron/router', 'electron/headless'],
  'electron/preload': ['electron/contract'],
  'electron/headless': ['electron/router'],
  // `longshore serve` and the fallback of `longshore` start the headless shell.
  // `longshore compose` and `longshore build` talk to an engine themselves: they work where no window is, and no
  // services run. Building tells its progress in the API's own values, packs contexts and unpacks what comes back.
  'electron/cli': [
    ...['electron/router', 'electron/headless', 'engine/main.ts', 'engine/client', 'engine/compose'],
    ...['engine/api', 'engine/context', 'engine/archive'],
    // Who has signed in with docker has signed in here: read in one place.
    'electron/services/images/docker-config.ts',
  ],
  'renderer/app': ['renderer/features', 'renderer/panels', 'renderer/ui', 'renderer/rpc'],
  'renderer/features': ['renderer/panels', 'renderer/ui', 'renderer/rpc', 'renderer/lib'],
  'renderer/panels': ['renderer/ui', 'renderer/rpc', 'renderer/lib'],
  'renderer/ui': ['renderer/lib'],
  'renderer/rpc': ['electron/contract'],
  'renderer/lib': [],
  scripts: [],
  e2e: [],
}

/** The one file that every folder of the product may import: the closed set of error kinds. */
export const FOR_EVERYONE = 'engine/errors.ts'

/** Folders whose subfolders may not import each other. */
export const NO_SIBLINGS: readonly string[] = ['renderer/features']

/** Packages and modules with few importers, each with its reason. */
export const FEW_IMPORTERS: readonly {
  readonly module: string
  readonly within: string
  readonly importers: readonly string[]
  /** Tests may: they start what they test against. */
  readonly exceptTests?: true
  readonly why: string
}[] = [
  {
    module: 'dockerode',
    within: '',
    // There it is a stranger's client, and the engine what is tested.
    importers: ['engine/client', 'e2e/clients', 'e2e/build/clients.test.ts'],
    why: 'none of its types may leave the client',
  },
  {
    module: 'electron',
    within: '',
    // A preload has no other way to a port than Electron's ipcRenderer.
    importers: ['electron/desktop', 'electron/preload'],
    why: 'everything else runs without Electron too',
  },
  {
    module: '@base-ui/react',
    within: '',
    importers: ['renderer/ui'],
    why: 'the component library can be changed in one place',
  },
  {
    module: 'node:child_process',
    within: 'engine',
    importers: ['engine/host'],
    exceptTests: true,
    why: 'privileged programs are run in one place',
  },
]
