/**
 * Accounts of registries as the docker CLI keeps them (config.json): a person who has signed in there has signed in
 * here. Read each time, since `docker login` may have changed it; helpers are asked by docker's own protocol.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from '../../../engine/client/images.ts'
import { EngineError } from '../../../engine/errors.ts'

/** Docker Hub's name in config.json. */
const HUB = 'https://index.docker.io/v1/'
const HELPER_MS = 20_000

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>
  readonly credsStore?: string
  readonly credHelpers?: Readonly<Record<string, string>>
}

/**
 * The account for the registry of an image's name; undefined when there is none. Throws `unavailable` when the file
 * is damaged or a helper does not work, saying which.
 */
export async function accountFor(
  reference: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Credentials | undefined> {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker')
  const config = await readConfig(join(folder, 'config.json'))
  if (config === null) return undefined
  const domain = domainOf(reference)
  const server = domain === 'docker.io' ? HUB : domain
  const helper = config.credHelpers?.[server] ?? config.credsStore
  if (helper) return askHelper(helper, server, env)
  const found = Object.entries(config.auths ?? {}).find(([name]) => hostOf(name) === hostOf(server))
  if (!found) return undefined
  const [, { auth = '', identitytoken }] = found
  const [username = '', ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':')
  if (identitytoken) return { username: '', password: '', identitytoken }
  return username === '' ? undefined : { username, password: password.join(':').replace(/\0+$/, '') }
}

/**
 * Every account that there is, by registry as config.json names it: for a build, whose Dockerfile alone says what it
 * pulls. A helper that does not work leaves its registry without one, and the registry says so if it matters.
 */
export async function allAccounts(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Readonly<Record<string, Credentials>>> {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker')
  const config = await readConfig(join(folder, 'config.json'))
  const servers = new Set([...Object.keys(config?.auths ?? {}), ...Object.keys(config?.credHelpers ?? {})])
  const found = await Promise.all(
    [...servers].map(async (server) => {
      const reference = server === HUB ? 'docker.io/any' : `${hostOf(server)}/any`
      const account = await accountFor(reference, env).catch(() => undefined)
      return account === undefined ? [] : [[server, account] as const]
    }),
  )
  return Object.fromEntries(found.flat())
}

/** The registry that a name is in, by the rule of docker's names. */
function domainOf(reference: string): string {
  const slash = reference.indexOf('/')
  const first = slash < 0 ? '' : reference.slice(0, slash)
  const named = /[.:]/.test(first) || first === 'localhost'
  return !named || first === 'index.docker.io' ? 'docker.io' : first
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}

async function readConfig(path: string): Promise<DockerConfig | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return null
  }
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null) return json as DockerConfig
  } catch {
    // told below
  }
  throw new EngineError('unavailable', `${path} is not JSON: mend it, or sign in again with docker login`)
}

/** `docker-credential-<helper> get`: the server goes in, an account comes out; a token has the name `<token>`. */
function askHelper(
  helper: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`
  return new Promise((resolve, reject) => {
    const failed = (why: string) =>
      reject(new EngineError('unavailable', `${program}, which config.json names, does not work: ${why}`))
    // A helper's name is no path: config.json must not choose among all programs.
    if (!/^[\w.-]+$/.test(helper)) return failed('that is no name of a helper')
    const child = spawn(program, ['get'], { env, timeout: HELPER_MS, stdio: ['pipe', 'pipe', 'pipe'] })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      said.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said.err += chunk.toString()
    })
    child.on('error', (error) => failed(error.message))
    child.stdin.on('error', () => {}) // it may end without reading
    child.stdin.end(server)
    child.on('close', (code) => {
      if (code !== 0) {
        // The protocol's words for "nobody has signed in".
        if (/credentials not found/i.test(said.out + said.err)) resolve(undefined)
        else failed((said.err || said.out).trim() || `it ended with ${code}`)
        return
      }
      try {
        const { Username, Secret } = JSON.parse(said.out) as { Username: string; Secret: string }
        resolve(
          Username === '<token>'
            ? { username: '', password: '', identitytoken: Secret }
            : { username: Username, password: Secret },
        )
      } catch {
        failed('it did not answer JSON')
      }
    })
  })
}
