/**
 * Serves the built page at app://longshore/. The files are listed once at start, and only what is on the list is
 * served: an address is looked up, never joined to a folder, so no spelling of `..` can reach another file.
 */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { CustomScheme, Protocol } from 'electron'
import { PAGE_HEADERS, PAGE_TYPES } from '../router/content-policy.ts'
import { isPageUrl, PAGE_SCHEME } from './page-address.ts'

/** What Chromium is told of the scheme, before the application is ready. */
export const PAGE_SCHEME_PRIVILEGES: CustomScheme = {
  scheme: PAGE_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
}

/** The path of an address -> the file with its content. */
export type PageFiles = ReadonlyMap<string, string>

/**
 * Lists the page's files below `folder`: those of a known type; no links, which could point anywhere, and no names
 * that start with a dot. Throws, in words for a person, when the page is not there.
 */
export function listPageFiles(folder: string): PageFiles {
  const files = new Map<string, string>()
  const walk = (inside: string) => {
    for (const entry of readdirSync(path.join(folder, inside), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const name = `${inside}/${entry.name}`
      if (entry.isDirectory()) walk(name)
      else if (entry.isFile() && path.extname(name) in PAGE_TYPES) files.set(name, path.join(folder, name))
    }
  }
  try {
    walk('')
  } catch (cause) {
    throw new Error(`The page's files in ${folder} cannot be read. "npm run build" makes them.`, { cause })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`${folder} holds no index.html. "npm run build" makes it.`)
  files.set('/', index)
  return files
}

/** Answers one request for a file of the page. */
export async function answerPageRequest(
  files: PageFiles,
  request: Pick<Request, 'method' | 'url'>,
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET and HEAD')
  const file = isPageUrl(request.url) ? files.get(pathOf(request.url)) : undefined
  if (file === undefined) return refuse(404, 'no such file of the page')
  const type = PAGE_TYPES[path.extname(file)] ?? 'application/octet-stream'
  const body = request.method === 'HEAD' ? null : new Uint8Array(await readFile(file))
  return new Response(body, { headers: { ...PAGE_HEADERS, 'content-type': type } })
}

/** Has `protocol` serve the page. */
export function servePage(protocol: Protocol, files: PageFiles): void {
  protocol.handle(PAGE_SCHEME, (request) => answerPageRequest(files, request))
}

function pathOf(address: string): string {
  const encoded = new URL(address).pathname
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded // not decodable, so on no list
  }
}

function refuse(status: number, why: string): Response {
  return new Response(why, {
    status,
    headers: { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  })
}
