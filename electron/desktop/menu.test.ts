import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test } from 'vitest'
import { type MenuDeps, menuTemplate } from './menu.ts'

const deps: MenuDeps = { isMac: false, isPackaged: true, showWindow: () => {}, openStateFolder: () => {} }

/** Every item below the titles of the bar. */
function items(of: Partial<MenuDeps> = {}): MenuItemConstructorOptions[] {
  return menuTemplate({ ...deps, ...of }).flatMap((title) => title.submenu as MenuItemConstructorOptions[])
}

/** Keys that the page or a shell in its terminal uses. */
const PAGE_KEYS = /^(CmdOrCtrl|CommandOrControl|Ctrl|Control)\+[A-Z1-8]$/

describe('the menu bar', () => {
  test('has its four titles, and the application first on macOS', () => {
    const titles = (isMac: boolean) =>
      menuTemplate({ ...deps, isMac }).map(({ label, role }) => label ?? role)
    expect(titles(false)).toEqual(['&File', '&Edit', '&View', '&Window'])
    expect(titles(true)).toEqual(['appMenu', '&File', '&Edit', '&View', '&Window'])
  })

  test('has only items that do something', () => {
    for (const item of [...items(), ...items({ isMac: true }), ...items({ isPackaged: false })]) {
      const does = item.role !== undefined || item.click !== undefined || item.type === 'separator'
      expect(does, JSON.stringify(item)).toBe(true)
    }
  })

  test('takes no key from the page or the terminal beside macOS', () => {
    // By role: the accelerators that Electron gives them (menu roles, lib/browser/api/menu-item-roles).
    const byRole: Record<string, string> = {
      ...{ undo: 'Ctrl+Z', redo: 'Ctrl+Y', cut: 'Ctrl+X', copy: 'Ctrl+C', paste: 'Ctrl+V' },
      ...{ selectAll: 'Ctrl+A', minimize: 'Ctrl+M', close: 'Ctrl+W', quit: 'Ctrl+Q', reload: 'Ctrl+R' },
    }
    for (const item of [...items(), ...items({ isPackaged: false })]) {
      if (item.registerAccelerator === false) continue
      const key = item.accelerator ?? byRole[item.role ?? ''] ?? ''
      expect(String(key), JSON.stringify(item)).not.toMatch(PAGE_KEYS)
    }
  })

  test('keeps the developer tools from the packaged application', () => {
    const roles = (isPackaged: boolean) => items({ isPackaged }).map(({ role }) => role)
    expect(roles(true)).not.toContain('toggleDevTools')
    expect(roles(true)).not.toContain('reload')
    expect(roles(false)).toContain('toggleDevTools')
  })
})
