import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { describe, expect, test } from 'vitest'
import { judgeLink } from './external-links.ts'
import { guardNavigation } from './navigation.ts'
import { guardPermissions, judgePermission, PERMISSIONS, type Permission } from './permissions.ts'
import { guardRequests, mayLoad } from './requests.ts'

const PAGE = 'app://longshore/'

/** A guarded WebContents, with what it opened and noted. */
function guarded() {
  const emitter = new EventEmitter()
  const opened: string[] = []
  const notes: string[] = []
  let openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  const contents = Object.assign(emitter, {
    setWindowOpenHandler: (handler: typeof openHandler) => {
      openHandler = handler
    },
  })
  guardNavigation(contents as unknown as WebContents, {
    openExternal: async (url) => {
      opened.push(url)
    },
    note: (line) => notes.push(line),
  })
  return {
    opened,
    notes,
    open: (url: string) => openHandler({ url }),
    /** Emits an event of Electron's and answers whether it was refused. */
    refuses(event: string, url: string): boolean {
      let refused = false
      emitter.emit(event, {
        url,
        preventDefault: () => {
          refused = true
        },
      })
      return refused
    },
  }
}

describe('navigation', () => {
  test.each([
    'https://example.org/',
    'http://127.0.0.1:8080/',
    'file:///etc/passwd',
    'app://other/',
    'about:blank',
  ])('to %s is refused, in the window and in a frame', (url) => {
    const { refuses, notes } = guarded()
    expect(refuses('will-navigate', url)).toBe(true)
    expect(refuses('will-frame-navigate', url)).toBe(true)
    expect(notes).toHaveLength(2)
  })

  test('to the page itself is a reload and goes on', () => {
    expect(guarded().refuses('will-navigate', `${PAGE}#/images`)).toBe(false)
  })

  test('by a redirect is refused wherever it leads', () => {
    expect(guarded().refuses('will-redirect', PAGE)).toBe(true)
    expect(guarded().refuses('will-redirect', 'https://example.org/')).toBe(true)
  })

  test('into a webview is refused', () => {
    expect(guarded().refuses('will-attach-webview', PAGE)).toBe(true)
  })
})

describe('opening a window', () => {
  test('is refused always; http and https go to the system browser', () => {
    const { open, opened } = guarded()
    expect(open('http://127.0.0.1:8080/path?a=b#c')).toEqual({ action: 'deny' })
    expect(open('https://example.org')).toEqual({ action: 'deny' })
    expect(opened).toEqual(['http://127.0.0.1:8080/path?a=b#c', 'https://example.org/'])
  })

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'smb://host/share',
    'ssh://host',
    'ms-msdt:/id PCWDiagnostic',
    'vscode://file/etc/passwd',
    'app://longshore/',
    'about:blank',
    '',
    'not an address',
    'https://github.com@evil.example/',
    `https://example.org/${'a'.repeat(3000)}`,
  ])('hands nothing to the system for %s', (url) => {
    const { open, opened, notes } = guarded()
    expect(open(url)).toEqual({ action: 'deny' })
    expect(opened).toEqual([])
    expect(notes).toHaveLength(1)
  })

  test('hands the system an address without what a shell could read', () => {
    expect(judgeLink('http://host/$(id) "x"')).toEqual({ kind: 'open', url: 'http://host/$(id)%20%22x%22' })
  })
})

describe('permissions', () => {
  test('are refused unless a row grants them, and only one does', () => {
    const granted = Object.entries(PERMISSIONS).filter(([, verdict]) => verdict.granted)
    expect(granted.map(([name]) => name)).toEqual(['clipboard-sanitized-write'])
    expect(judgePermission('midiSysex', PAGE)).toMatchObject({ granted: false })
    expect(judgePermission('of-tomorrow' as Permission, PAGE)).toMatchObject({ granted: false })
  })

  test('are refused to every page but ours', () => {
    expect(judgePermission('clipboard-sanitized-write', PAGE).granted).toBe(true)
    for (const url of ['https://example.org/', 'app://other/', '', 'null']) {
      expect(judgePermission('clipboard-sanitized-write', url).granted).toBe(false)
    }
  })

  test('have reasons', () => {
    for (const [name, { why }] of Object.entries(PERMISSIONS)) expect(why, name).not.toBe('')
  })

  test('are decided by the table for requests, checks, devices and screens', () => {
    const handlers = new Map<string, (...args: never[]) => unknown>()
    const session = new Proxy({}, { get: (_t, name: string) => (h: never) => handlers.set(name, h) })
    const notes: string[] = []
    guardPermissions(session as unknown as Session, (line) => notes.push(line))

    const request = handlers.get('setPermissionRequestHandler') as (...args: unknown[]) => void
    const answers: boolean[] = []
    const answer = (granted: boolean) => answers.push(granted)
    request(null, 'media', answer, { requestingUrl: PAGE })
    request(null, 'clipboard-sanitized-write', answer, { requestingUrl: PAGE })
    expect(answers).toEqual([false, true])
    expect(notes).toEqual(['refused media: no camera or microphone is ever used'])

    const check = handlers.get('setPermissionCheckHandler') as (...args: unknown[]) => boolean
    expect(check(null, 'clipboard-read', PAGE)).toBe(false)
    expect(check(null, 'clipboard-sanitized-write', PAGE)).toBe(true)
    expect(handlers.get('setDevicePermissionHandler')?.()).toBe(false)
    const screens: unknown[] = []
    const share = handlers.get('setDisplayMediaRequestHandler') as (...args: unknown[]) => void
    share({}, (streams: unknown) => screens.push(streams))
    expect(screens).toEqual([null])
  })
})

describe('requests', () => {
  test('reach the page, what was made in it and the developer tools; no network', () => {
    for (const url of [
      `${PAGE}assets/a.js`,
      'blob:app://longshore/1',
      'data:image/png;base64,',
      'devtools://devtools/',
    ]) {
      expect(mayLoad(url), url).toBe(true)
    }
    for (const url of [
      'https://fonts.example/',
      'http://127.0.0.1/',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      '',
    ]) {
      expect(mayLoad(url), url).toBe(false)
    }
  })

  test('are cancelled by the session', () => {
    let listener: (details: { url: string }, callback: (answer: unknown) => void) => void = () => {}
    const session = {
      webRequest: {
        onBeforeRequest: (given: typeof listener) => {
          listener = given
        },
      },
    }
    guardRequests(session as unknown as Session, () => {})
    const answers: unknown[] = []
    listener({ url: 'https://example.org/' }, (answer) => answers.push(answer))
    listener({ url: PAGE }, (answer) => answers.push(answer))
    expect(answers).toEqual([{ cancel: true }, { cancel: false }])
  })
})
