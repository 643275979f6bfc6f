/**
 * What this host can do for the engine, in words for people. Nothing is changed; what only a trial tells is tried in
 * namespaces that end with it.
 */
import { run } from '../exec.ts'
import { findProgram, nativeHelper } from '../native-parts.ts'
import { fine, type HostFinding, lack } from './finding.ts'
import { kernelFindings } from './kernel.ts'
import { rootlessFindings } from './rootless.ts'

/** Every finding, the most needed first: programs, the kernel, then what concerns engines of users without root. */
export async function checkHost(): Promise<readonly HostFinding[]> {
  return [
    await program('OCI runtime', ['crun', 'runc'], 'crun'),
    await program('conmon', ['conmon'], 'conmon'),
    await program('iptables', ['iptables'], 'iptables'),
    helper(),
    ...kernelFindings(),
    ...(await rootlessFindings()),
  ]
}

async function program(name: string, names: readonly string[], debian: string): Promise<HostFinding> {
  const found = names.map((each) => findProgram(each)).find((path) => path !== null)
  if (found) return fine(name, `${found}${await versionOf(found)}`)
  return lack(name, `${names.join(' or ')} is not installed`, `Run: sudo apt-get install ${debian}`)
}

async function versionOf(path: string): Promise<string> {
  const result = await run(path, ['--version'], { expectExit: [0, 1, 2], timeoutMs: 5_000 }).catch(() => null)
  const version = /\d+\.\d+(\.\d+)?/.exec(result?.stdout ?? '')?.[0]
  return version === undefined ? '' : `, ${version}`
}

function helper(): HostFinding {
  try {
    return fine('native helper', nativeHelper())
  } catch (error) {
    return lack('native helper', (error as Error).message, 'Run: node engine/host/attach/build.mjs')
  }
}
