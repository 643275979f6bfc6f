import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isInstalled } from './npm-packages.mjs'

const LOCK = {
  '': { name: 'top' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/for-another-platform': { version: '1.0.0', optional: true },
}

function folder(installed: object | undefined): string {
  const top = mkdtempSync(path.join(os.tmpdir(), 'npm-packages-'))
  writeFileSync(path.join(top, 'package-lock.json'), JSON.stringify({ packages: LOCK }))
  if (installed === undefined) return top
  mkdirSync(path.join(top, 'node_modules'))
  writeFileSync(path.join(top, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }))
  return top
}

test('without node_modules nothing is installed', () => {
  expect(isInstalled(folder(undefined))).toBe(false)
})

test('a package in another version is not installed', () => {
  expect(isInstalled(folder({ 'node_modules/a': { version: '0.9.0' } }))).toBe(false)
})

test('packages of other platforms and packages too many do not matter', () => {
  const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/left-over': { version: '3.0.0' } }
  expect(isInstalled(folder(installed))).toBe(true)
})
