/** An authority, a certificate of an engine at 127.0.0.1 and one of a client, made with openssl. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mustRun } from '../fixtures/processes.ts'

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** A DOCKER_CERT_PATH of a client that the authority has signed. */
  readonly client: string
  /** One of a client that another authority has signed. */
  readonly stranger: string
}

export async function makeCertificates(folder: string): Promise<Certificates> {
  const own = await authority(path.join(folder, 'own'))
  const other = await authority(path.join(folder, 'other'))
  const server = await own('server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth')
  const client = await own('client', 'extendedKeyUsage=clientAuth')
  const stranger = await other('client', 'extendedKeyUsage=clientAuth')
  return {
    ca: path.join(server, 'ca.pem'),
    cert: path.join(server, 'cert.pem'),
    key: path.join(server, 'key.pem'),
    client,
    stranger,
  }
}

/** Makes an authority; the answer makes a folder with `ca.pem`, `cert.pem` and `key.pem` for a name. */
async function authority(folder: string) {
  mkdirSync(folder, { recursive: true })
  const at = (name: string) => path.join(folder, name)
  const openssl = (...args: string[]) => mustRun('openssl', args)
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl(
    ...['req', '-x509', ...newKey, '-days', '1', '-subj', '/CN=test authority'],
    ...['-keyout', at('ca-key.pem'), '-out', at('ca.pem')],
  )
  return async (name: string, extensions: string): Promise<string> => {
    const own = (file: string) => path.join(folder, name, file)
    mkdirSync(path.join(folder, name))
    writeFileSync(own('extensions'), extensions)
    await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', own('key.pem'), '-out', own('request'))
    await openssl(
      ...['x509', '-req', '-in', own('request'), '-CA', at('ca.pem'), '-CAkey', at('ca-key.pem')],
      ...['-CAcreateserial', '-days', '1', '-extfile', own('extensions'), '-out', own('cert.pem')],
    )
    writeFileSync(own('ca.pem'), await mustRun('cat', [at('ca.pem')]))
    return path.join(folder, name)
  }
}
