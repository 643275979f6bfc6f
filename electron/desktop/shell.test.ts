import type { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startShell } from './shell.ts'

/** What the shell did to Electron, in order, and the parts of it that a test drives. */
const electron = vi.hoisted(() => ({
  done: [] as string[],
  hasLock: true,
  windows: [] as { options: Record<string, unknown>; webContents: unknown }[],
  contentsCreated: [] as unknown[],
  app: undefined as unknown as import('node:events').EventEmitter,
}))

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events')
  const { MessageChannel } = await import('node:worker_threads')
  const did =
    (what: string) =>
    (...args: unknown[]) => {
      electron.done.push([what, ...args.filter((arg) => typeof arg === 'string')].join(' '))
    }
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    getVersion: () => '0.1.0',
    setPath: did('setPath'),
    enableSandbox: did('enableSandbox'),
    requestSingleInstanceLock: () => electron.hasLock,
    quit: did('quit'),
    exit: (code: number) => did('exit')(String(code)),
    whenReady: async () => did('ready')(),
  })
  electron.app = app
  class BrowserWindow extends EventEmitter {
    readonly options: Record<string, unknown>
    readonly webContents = Object.assign(new EventEmitter(), {
      id: 7,
      setWindowOpenHandler: did('setWindowOpenHandler'),
    })
    constructor(options: Record<string, unknown>) {
      super()
      this.options = options
      electron.windows.push(this)
      did('window')()
      app.emit('web-contents-created', {}, this.webContents)
    }
    isMinimized = () => true
    restore = did('restore')
    show = did('show')
    focus = did('focus')
    loadURL = async (url: string) => did('loadURL')(url)
  }
  const session = new Proxy({} as Record<string, unknown>, {
    get: (_target, name) =>
      name === 'webRequest' ? { onBeforeRequest: did('onBeforeRequest') } : did(String(name)),
  })
  return {
    app,
    BrowserWindow,
    MessageChannelMain: MessageChannel,
    Menu: {
      setApplicationMenu: did('setApplicationMenu'),
      buildFromTemplate: (template: unknown) => template,
    },
    ipcMain: { on: did('ipcMain.on') },
    protocol: { registerSchemesAsPrivileged: did('registerSchemes'), handle: did('protocol.handle') },
    session: { defaultSession: session },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1600, height: 900 } }] },
    shell: {},
    dialog: { showErrorBox: did('showErrorBox') },
    utilityProcess: {
      fork: (file: string) => {
        did('fork')(path.basename(file))
        const child = Object.assign(new EventEmitter(), {
          postMessage: (message: { kind: string }) => {
            did('tell')(message.kind)
            queueMicrotask(() => child.emit('exit', 0))
          },
          kill: () => true,
        })
        return child
      },
    },
  }
})

let state: string

beforeEach(() => {
  state = mkdtempSync(path.join(os.tmpdir(), 'longshore-desktop-'))
  vi.stubEnv('LONGSHORE_STATE', state)
  writeFileSync(path.join(state, 'index.html'), '')
  electron.done.length = 0
  electron.windows.length = 0
  electron.app.removeAllListeners()
  electron.hasLock = true
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(state, { recursive: true })
})

async function start(page = '.'): Promise<void> {
  const before = new Set(process.listeners('SIGTERM'))
  startShell({
    preload: '/x/preload.cjs',
    services: '/x/services.cjs',
    page: path.join(state, page),
    icon: '/x/icon.png',
    engine: '/x/engine.mjs',
    node: '/x/node',
  })
  await new Promise((resolve) => setImmediate(resolve))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    for (const listener of process.listeners(signal)) {
      if (!before.has(listener)) process.removeListener(signal, listener)
    }
  }
}

describe('the desktop shell', () => {
  test('shuts every door before it opens the window', async () => {
    await start()
    expect(electron.done).toEqual([
      `setPath userData ${path.join(state, 'window')}`,
      'registerSchemes',
      'enableSandbox',
      'ipcMain.on longshore:port',
      'ready',
      'fork services.cjs',
      'setPermissionRequestHandler',
      'setPermissionCheckHandler',
      'setDevicePermissionHandler',
      'setDisplayMediaRequestHandler',
      'onBeforeRequest',
      'protocol.handle app',
      'setApplicationMenu',
      'window',
      'setWindowOpenHandler',
      'loadURL app://longshore/',
    ])
  })

  test('gives the page a sandbox, a context of its own and no Node', async () => {
    await start()
    expect(electron.windows[0]?.options.webPreferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      plugins: false,
      safeDialogs: true,
      spellcheck: false,
      preload: expect.stringMatching(/preload\.cjs$/),
    })
    const contents = electron.windows[0]?.webContents as EventEmitter
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      expect(contents.listenerCount(event), event).toBe(1)
    }
  })

  test('that is started twice shows the window of the first and ends', async () => {
    electron.hasLock = false
    await start()
    expect(electron.done.slice(3)).toEqual(['quit'])

    electron.hasLock = true
    await start()
    electron.done.length = 0
    electron.app.emit('second-instance')
    expect(electron.windows).toHaveLength(1)
    expect(electron.done).toEqual(['restore', 'show', 'focus'])
  })

  test('says so and ends when the page was not built', async () => {
    await start('missing')
    expect(electron.done.at(-2)).toMatch(
      /^showErrorBox Longshore could not start The page's files in .*npm run build/,
    )
    expect(electron.done.at(-1)).toBe('exit 1')
    expect(electron.windows).toEqual([])
  })

  test('waits for the services before it quits', async () => {
    await start()
    electron.done.length = 0
    const quit = { preventDefault: vi.fn() }
    electron.app.emit('will-quit', quit)
    expect(quit.preventDefault).toHaveBeenCalledOnce()
    await new Promise((resolve) => setImmediate(resolve))
    expect(electron.done).toEqual(['tell stop', 'quit'])
    electron.app.emit('will-quit', quit)
    expect(quit.preventDefault).toHaveBeenCalledOnce()
  })
})
