/** What a build takes of its client by BuildKit's session: files, secrets, accounts, agents, and where results go. */
import type { Readable } from 'node:stream'
import type { ImageBuildOptions } from '../../../api/build.ts'
import type { BuildRequest, ContextProvider, ContextSource, Output } from '../../../builder/request.ts'
import { EngineError } from '../../../errors.ts'
import type { KeptFolders } from '../session/kept-folders.ts'
import { sessionProvider } from '../session/provider.ts'
import { DIFF_COPY } from '../session/receive-files.ts'
import { readCredentials, readSecret } from '../session/secrets.ts'
import { sendFiles } from '../session/send-files.ts'
import { sendTar } from '../session/send-tar.ts'
import type { Session } from '../session/session.ts'
import { SshAgents } from '../session/ssh-agent.ts'
import { isSessionUrl, pullUpload } from '../session/upload.ts'
import { bodyContext, imageOutput, namesOf } from './docker-request.ts'
import { keptFolderOpener, type RequestParts, scratchPath, tarProvider } from './parts.ts'

export interface SessionParts extends RequestParts {
  readonly kept: KeptFolders
}

/** A request of version 2. */
export interface SessionAsked {
  readonly options: ImageBuildOptions
  readonly body: Readable
  /** Null where the client opened none: then all it gives is in the request. */
  readonly session: Session | null
}

/** `base` with all that the client gives. `close` ends what was opened for it. */
export async function withSession(
  base: BuildRequest,
  asked: SessionAsked,
  parts: SessionParts,
): Promise<{ readonly request: BuildRequest; readonly close: () => Promise<void> }> {
  const { options, session } = asked
  const { context, text } = await contextOf(asked, parts)
  const request = { ...base, context, dockerfile: { ...base.dockerfile, text } }
  if (session === null) {
    const outputs = options.outputs.map((spec) => imageOutput(spec, options.tags) ?? needsSession(spec.Type))
    return { request: outputs.length > 0 ? { ...request, outputs } : request, close: async () => {} }
  }
  const signal = session.ended
  const agents = new SshAgents(session, parts.sockets, signal)
  const outputs = options.outputs.map(
    (spec): Output => imageOutput(spec, options.tags) ?? sentOutput(spec, options.tags, session, parts),
  )
  const own = options.remote === 'client-session'
  const dockerfile: BuildRequest['dockerfile'] = {
    path: request.dockerfile.path,
    text: own ? null : (text ?? (await dockerfileBeside(session, request, parts))),
    // The client serves the folder of its Dockerfile apart from the context, which need not hold it.
    from: own ? { kind: 'files', provider: provider(session, 'dockerfile', parts) } : null,
  }
  return {
    request: {
      ...request,
      place: session.identity.sharedKey,
      dockerfile,
      secret: (id) => readSecret(session, id, signal),
      ssh: (id) => agents.socket(id),
      credentials: (domain) => readCredentials(session, domain, signal),
      outputs: outputs.length > 0 ? outputs : request.outputs,
    },
    close: () => agents.close(),
  }
}

async function contextOf(
  { options, body, session }: SessionAsked,
  parts: SessionParts,
): Promise<{ readonly context: ContextSource; readonly text: string | null }> {
  const { remote } = options
  if (remote === 'client-session') {
    if (session === null) throw new EngineError('invalid', 'remote=client-session needs a session')
    return { context: { kind: 'files', provider: provider(session, 'context', parts) }, text: null }
  }
  if (isSessionUrl(remote) && session !== null) {
    const tar = pullUpload(session, remote, session.ended)
    return { context: { kind: 'files', provider: tarProvider(parts, tar) }, text: null }
  }
  return await bodyContext(parts, remote, body)
}

/**
 * The Dockerfile that a client gives beside a context that it does not have (`-f - URL`); only asking tells whether
 * it does. Null where it is in the context.
 */
async function dockerfileBeside(
  session: Session,
  { dockerfile }: BuildRequest,
  parts: SessionParts,
): Promise<string | null> {
  if (!session.serves(DIFF_COPY)) return null
  try {
    const text = await provider(session, 'dockerfile', parts).read(dockerfile.path)
    return text?.toString('utf8') ?? null
  } catch {
    // The client says that it has no folder of this name.
    return null
  }
}

function provider(session: Session, folder: 'context' | 'dockerfile', parts: SessionParts): ContextProvider {
  const { kept } = parts
  return sessionProvider({
    session,
    folder,
    kept,
    openFolder: keptFolderOpener(parts),
    signal: session.ended,
  })
}

function sentOutput(
  { Type, Attrs }: { readonly Type: string; readonly Attrs: Readonly<Record<string, string>> },
  tags: readonly string[],
  session: Session,
  parts: RequestParts,
): Output {
  const receive = (tar: AsyncIterable<Uint8Array>) => sendTar(session, tar, session.ended)
  const names = [...namesOf(tags), ...namesOf((Attrs.name ?? '').split(','))]
  switch (Type) {
    case 'local':
      return {
        kind: 'files',
        receive: (tar) => sendFiles(session, tar, scratchPath(parts, 'result'), session.ended),
      }
    case 'tar':
      return { kind: 'files', receive }
    case 'docker':
    case 'oci':
      return { kind: Type, names, receive }
    default:
      throw new EngineError('invalid', `exporter "${Type}" could not be found`)
  }
}

function needsSession(type: string): never {
  throw new EngineError('invalid', `an output of the type ${type} needs a session to go to`)
}
