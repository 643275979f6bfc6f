/** What a session's client knows and the engine may ask for: secrets, and accounts of registries. Never kept. */
import type { Credentials } from '../../../registry/authenticator.ts'
import { CallFailed, NOT_FOUND } from './grpc.ts'
import { encode, MessageReader } from './protobuf.ts'
import type { Session } from './session.ts'

const GET_SECRET = '/moby.buildkit.secrets.v1.Secrets/GetSecret'
const CREDENTIALS = '/moby.filesync.v1.Auth/Credentials'
/** What the client knows Docker Hub as. */
const HUB = 'registry-1.docker.io'

/** A secret's value; null when the client has none of that id. */
export async function readSecret(session: Session, id: string, signal: AbortSignal): Promise<Buffer | null> {
  if (!session.serves(GET_SECRET)) return null
  try {
    const answer = await session.call(GET_SECRET, encode([[1, id]]), signal)
    const reader = new MessageReader(answer)
    let value: Buffer = Buffer.alloc(0)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) value = Buffer.from(reader.bytes())
      else reader.skip()
    }
    return value
  } catch (error) {
    if (error instanceof CallFailed && error.status === NOT_FOUND) return null
    throw error
  }
}

/** The client's account at a registry; nobody's where it has none. `domain` as names have it (`docker.io`). */
export async function readCredentials(
  session: Session,
  domain: string,
  signal: AbortSignal,
): Promise<Credentials> {
  if (!session.serves(CREDENTIALS)) return {}
  const host = domain === 'docker.io' ? HUB : domain
  const reader = new MessageReader(await session.call(CREDENTIALS, encode([[1, host]]), signal))
  let username = ''
  let secret = ''
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) username = reader.text()
    else if (field === 2) secret = reader.text()
    else reader.skip()
  }
  if (secret === '') return {}
  // Without a name the secret is a token that stands for the account.
  return username === '' ? { identityToken: secret } : { username, password: secret }
}
