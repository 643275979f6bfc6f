import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../router/content-policy.ts'
import { answerPageRequest, listPageFiles, PAGE_SCHEME_PRIVILEGES, type PageFiles } from './page-files.ts'

let top = ''
let files: PageFiles = new Map()

beforeAll(() => {
  top = mkdtempSync(path.join(os.tmpdir(), 'longshore-page-'))
  const page = path.join(top, 'renderer')
  mkdirSync(path.join(page, 'assets'), { recursive: true })
  writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(path.join(page, 'assets/app.js'), 'export {}')
  writeFileSync(path.join(page, 'assets/app.js.map'), '{}')
  writeFileSync(path.join(page, 'assets/a b.svg'), '<svg/>')
  writeFileSync(path.join(page, '.inputs'), 'hash')
  writeFileSync(path.join(top, 'secret.json'), '"secret"')
  symlinkSync('../secret.json', path.join(page, 'link.json'))
  symlinkSync('..', path.join(page, 'up'))
  files = listPageFiles(page)
})

afterAll(() => rmSync(top, { recursive: true }))

const ask = (url: string, method = 'GET') => answerPageRequest(files, { url, method })

describe('the page at app://longshore', () => {
  test('is what the build made: no links, no dot-files, no source maps', () => {
    expect([...files.keys()].sort()).toEqual(['/', '/assets/a b.svg', '/assets/app.js', '/index.html'])
  })

  test('is served with its type, the strict policy and nosniff', async () => {
    const answer = await ask('app://longshore/')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('<title>page</title>')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await ask('app://longshore/assets/app.js?v=1')).headers.get('content-type')).toBe(
      'text/javascript; charset=utf-8',
    )
    expect((await ask('app://longshore/assets/a%20b.svg')).status).toBe(200)
  })

  test('answers HEAD without a body', async () => {
    const answer = await ask('app://longshore/index.html', 'HEAD')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('')
  })

  // Some are normalised by the URL parser, some reach us as they are: neither kind may leave the folder.
  test.each([
    'app://longshore/../secret.json',
    'app://longshore/..%2fsecret.json',
    'app://longshore/%2e%2e/secret.json',
    'app://longshore/%2e%2e%2fsecret.json',
    'app://longshore/assets/..%5c..%5csecret.json',
    'app://longshore/assets/....//secret.json',
    'app://longshore/assets/%252e%252e/%252e%252e/secret.json',
    'app://longshore//etc/passwd',
    'app://longshore/%2fetc%2fpasswd',
    'app://longshore/etc/passwd',
    'app://longshore/assets/app.js%00.html',
    'app://longshore/%',
    'app://longshore/assets/',
    'app://longshore/link.json',
    'app://longshore/up/secret.json',
    'app://longshore/.inputs',
    'app://longshore/assets/app.js.map',
    'app://other/index.html',
    'app://longshore:1/index.html',
    'app://name@longshore/index.html',
    'file:///index.html',
    'https://longshore/index.html',
  ])('refuses %s', async (url) => {
    const answer = await ask(url)
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('secret')
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await ask('app://longshore/', method)).status).toBe(405)
  })
})

test('the policy runs the scripts of the page and no others', () => {
  const directives = new Map(
    CONTENT_SECURITY_POLICY.split('; ').map((line) => {
      const [name = '', ...sources] = line.split(' ')
      return [name, sources] as const
    }),
  )
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(directives.get('script-src')).toEqual(["'self'"])
  expect(directives.get('connect-src')).toEqual(["'self'"])
  expect(directives.get('frame-ancestors')).toEqual(["'none'"])
  expect(directives.get('base-uri')).toEqual(["'none'"])
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe-eval|\*|https?:/)
})

test('the scheme is not above the policy', () => {
  expect(PAGE_SCHEME_PRIVILEGES.privileges).not.toHaveProperty('bypassCSP')
  expect(PAGE_SCHEME_PRIVILEGES.privileges).not.toHaveProperty('corsEnabled')
  expect(PAGE_SCHEME_PRIVILEGES.privileges).not.toHaveProperty('allowServiceWorkers')
})
