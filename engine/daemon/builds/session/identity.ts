/** Who opens a session, by the headers of its request. */
import type { SessionIdentity } from './session.ts'

/** Headers as Node gives them. */
export function identityOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): SessionIdentity {
  const text = (name: string) => String(headers[`x-docker-expose-session-${name}`] ?? '')
  return {
    id: text('uuid'),
    name: text('name'),
    sharedKey: text('sharedkey'),
    methods: text('grpc-method')
      .split(',')
      .map((method) => method.trim()),
  }
}
