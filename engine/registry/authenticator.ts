/** Who we are to a registry: basic credentials, or tokens that its token server gives for a scope. */

import { EngineError } from '../errors.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import { readRefusal } from './failure.ts'
import { isLoopback } from './insecure.ts'
import { readText } from './read-all.ts'
import type { Answer, Ask, Transport } from './transport.ts'

/** Docker's AuthConfig, as far as it matters. All empty means nobody. */
export interface Credentials {
  readonly username?: string
  readonly password?: string
  /** An OAuth2 refresh token, in place of a password. */
  readonly identityToken?: string
  /** A bearer token for the registry itself. */
  readonly registryToken?: string
}

/** Seconds a token lives when its server does not say (distribution spec, token authentication). */
const DEFAULT_LIFE = 60

const CLIENT_ID = 'longshore'

interface Token {
  readonly value: string
  readonly expiresAt: number
}

/** Tokens by realm, service, scope and user; shared by all repositories of one engine. Those that ended go. */
export class TokenCache {
  readonly #tokens = new Map<string, Token>()

  get(key: string): string | undefined {
    const token = this.#tokens.get(key)
    return token && token.expiresAt > Date.now() ? token.value : undefined
  }

  set(key: string, value: string, seconds: number): void {
    const now = Date.now()
    for (const [other, { expiresAt }] of this.#tokens) if (expiresAt <= now) this.#tokens.delete(other)
    // Asked anew a little before its end, so that none ends on its way.
    this.#tokens.set(key, { value, expiresAt: now + seconds * 900 })
  }

  drop(key: string): void {
    this.#tokens.delete(key)
  }
}

/** Sends requests to one registry, in the name of one user, within one scope. */
export class Authenticator {
  readonly #transport: Transport
  readonly #tokens: TokenCache
  readonly #credentials: Credentials
  readonly #scope: string
  readonly #origin: string
  readonly #offline: boolean
  #refreshToken = ''
  /** What the registry asked for last time. */
  #challenge: Challenge | null = null

  /**
   * `origin` is the registry's; `scope` what is wanted of it (`repository:app:pull`), empty for nothing yet. With
   * `offline` a token is asked for that stands for the password.
   */
  constructor(
    transport: Transport,
    tokens: TokenCache,
    credentials: Credentials,
    origin: string,
    scope: string,
    options: { readonly offline: boolean } = { offline: false },
  ) {
    this.#offline = options.offline
    this.#transport = transport
    this.#origin = new URL(origin).origin
    this.#tokens = tokens
    this.#credentials = credentials
    this.#scope = scope
  }

  /** What the token server gave to stand for the password; empty when it gave nothing. */
  get refreshToken(): string {
    return this.#refreshToken
  }

  /** Sends with what the registry wants (to its own addresses only); on 401 gets it (a token that ran out too) and sends once more. */
  async send(ask: Ask): Promise<Answer> {
    const ours = new URL(ask.url).origin === this.#origin
    const first = await this.#transport.send(ours ? await this.#signed(ask) : ask)
    if (first.statusCode !== 401 || !ours) return first
    const challenge = chooseChallenge(first.headers['www-authenticate'])
    if (challenge === null) return first
    if (challenge.scheme === 'basic' && !this.#credentials.username) return first
    if (challenge.scheme === 'bearer')
      this.#tokens.drop(this.#key(challenge, scopesOf(challenge, this.#scope, ask.url)))
    await first.body.dump().catch(() => {})
    this.#challenge = challenge
    return this.#transport.send(await this.#signed(ask))
  }

  async #signed(ask: Ask): Promise<Ask> {
    const authorization = await this.#authorization(ask)
    return authorization === null ? ask : { ...ask, headers: { ...ask.headers, authorization } }
  }

  async #authorization(ask: Ask): Promise<string | null> {
    if (this.#credentials.registryToken) return `Bearer ${this.#credentials.registryToken}`
    switch (this.#challenge?.scheme) {
      case 'basic':
        return this.#basic()
      case 'bearer':
        return `Bearer ${await this.#token(this.#challenge, ask)}`
      default:
        return null
    }
  }

  async #token(challenge: Challenge, ask: Ask): Promise<string> {
    const scopes = scopesOf(challenge, this.#scope, ask.url)
    const key = this.#key(challenge, scopes)
    const known = this.#offline ? undefined : this.#tokens.get(key)
    if (known !== undefined) return known
    const answer = await this.#transport.send({
      ...this.#tokenRequest(challenge, scopes),
      signal: ask.signal,
      onRetry: ask.onRetry,
    })
    const text = await readText(answer)
    if (answer.statusCode !== 200) {
      const { message } = readRefusal(answer.statusCode, text)
      throw new TokenRefused(answer.statusCode, message)
    }
    const { token, refreshToken, life } = parseTokenAnswer(text)
    if (refreshToken !== '') this.#refreshToken = refreshToken
    if (token === '')
      throw new EngineError(
        'unavailable',
        `the token server ${challenge.parameters.realm} answered without a token`,
      )
    this.#tokens.set(key, token, life)
    return token
  }

  #tokenRequest({ parameters }: Challenge, scopes: readonly string[]): Ask {
    const realm = parameters.realm ?? ''
    if (!URL.canParse(realm) || !/^https?:/.test(realm)) {
      throw new EngineError('unavailable', `the registry names no valid token server (realm "${realm}")`)
    }
    const url = new URL(realm)
    // Nothing that is known over https may be told in the open.
    if (this.#origin.startsWith('https:') && url.protocol === 'http:' && !isLoopback(url.host)) {
      throw new EngineError(
        'unavailable',
        `the registry ${this.#origin} wants the password sent to the unprotected ${url.origin}: refused`,
      )
    }
    const service = parameters.service ?? ''
    if (this.#credentials.identityToken) {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: this.#credentials.identityToken,
        client_id: CLIENT_ID,
        service,
        scope: scopes.join(' '),
      }).toString()
      return {
        method: 'POST',
        url: realm,
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }
    }
    if (service !== '') url.searchParams.set('service', service)
    const { username } = this.#credentials
    if (username) url.searchParams.set('account', username)
    if (this.#offline) {
      url.searchParams.set('offline_token', 'true')
      url.searchParams.set('client_id', CLIENT_ID)
    }
    for (const scope of scopes) url.searchParams.append('scope', scope)
    const basic = this.#basic()
    return { url: url.href, headers: basic === null ? {} : { authorization: basic } }
  }

  #basic(): string | null {
    const { username, password } = this.#credentials
    return username ? `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` : null
  }

  #key({ parameters }: Challenge, scopes: readonly string[]): string {
    return JSON.stringify([parameters.realm, parameters.service, scopes, this.#credentials])
  }
}

/** The token server's no. */
export class TokenRefused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message || `the token server answered ${status}`)
    this.status = status
  }
}

/**
 * What a token is asked for: what the work needs, what the registry says beyond it, and for a mount (`from`) reading
 * the other repository.
 */
function scopesOf({ parameters }: Challenge, own: string, url: string): readonly string[] {
  const from = new URL(url).searchParams.get('from')
  const said = (parameters.scope ?? '').split(' ')
  const wanted = [own, from === null ? '' : `repository:${from}:pull`]
  return [...new Set([...wanted, ...said.filter((scope) => !covers(own, scope))])].filter(Boolean)
}

/** Does one scope (`repository:app:pull,push`) hold all of the other? */
function covers(scope: string, other: string): boolean {
  const at = (text: string) => text.lastIndexOf(':')
  if (scope.slice(0, at(scope)) !== other.slice(0, at(other))) return false
  const actions = scope.slice(at(scope) + 1).split(',')
  return other
    .slice(at(other) + 1)
    .split(',')
    .every((action) => actions.includes(action))
}

function chooseChallenge(header: string | string[] | undefined): Challenge | null {
  const all = [header ?? []].flat().flatMap(parseChallenges)
  return all.find(({ scheme }) => scheme === 'bearer') ?? all.find(({ scheme }) => scheme === 'basic') ?? null
}

/** What a token server says, as far as it is of the right type (distribution spec, token authentication). */
interface TokenAnswer {
  readonly token: string
  readonly refreshToken: string
  /** Seconds. */
  readonly life: number
}

function parseTokenAnswer(text: string): TokenAnswer {
  let json: Readonly<Record<string, unknown>> = {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) json = value as Record<string, unknown>
  } catch {
    // no answer then
  }
  const word = (key: string) => (typeof json[key] === 'string' ? json[key] : '')
  const life = json.expires_in
  return {
    token: word('token') || word('access_token'),
    refreshToken: word('refresh_token'),
    life: typeof life === 'number' && life > 0 ? life : DEFAULT_LIFE,
  }
}
