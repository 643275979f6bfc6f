/** The ways in which a build is asked for: each runs a program as a person would. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import path from 'node:path'
import { findDockerClis } from '../../fixtures/docker-cli.ts'
import type { EngineName } from '../../fixtures/engine.ts'
import { bin, fixtureCache } from '../../fixtures/paths.ts'
import { type Finished, run } from '../../fixtures/processes.ts'
import type { Context } from './context.ts'
import type { BuildSpec } from './spec.ts'

/**
 * `longshore`: our own CLI. `buildkit`: docker 20.10's client of BuildKit, over a session. `classic`: a docker CLI
 * that sends the context as a tar to `POST /build`.
 */
export type Door = 'longshore' | 'buildkit' | 'classic'

/** The door that an engine is built through: dockerd's by BuildKit, ours by LONGSHORE_BUILD_DOOR or our own CLI. */
export function doorOf(engine: EngineName): Door {
  if (engine === 'dockerd') return 'buildkit'
  const asked = process.env.LONGSHORE_BUILD_DOOR ?? 'longshore'
  if (asked === 'longshore' || asked === 'buildkit' || asked === 'classic') return asked
  throw new Error(`LONGSHORE_BUILD_DOOR is "${asked}"; there are: longshore, buildkit, classic`)
}

/** What Node has compiled of our own CLI: without it each build would begin with that. */
const compiled = path.join(fixtureCache, 'compiled')

/** Runs the build with `-t name`. It never rejects because the build failed. */
export async function runBuild(
  door: Door,
  socket: string,
  context: Context,
  spec: BuildSpec,
  name: string,
): Promise<Finished> {
  const fill = (text: string) =>
    text.replaceAll('{beside}', context.beside).replaceAll('{context}', context.path)
  const flags = (spec.flags ?? []).map(fill)
  const hasProgress = flags.some((flag) => /^(--progress|-q|--quiet)/.test(flag))
  const progress = door === 'classic' || hasProgress ? [] : ['--progress=plain']
  const args = ['build', ...progress, '-t', name, ...flags, fill(spec.path ?? '.')]
  // A configuration of whoever runs the tests is none of theirs.
  const config = mkdtempSync(path.join(context.beside, '.config-'))
  const env = { DOCKER_CONFIG: config, HOME: config, NODE_COMPILE_CACHE: compiled, ...spec.env }
  const options = {
    cwd: context.path,
    timeoutMs: 240_000,
    ...(spec.stdin === undefined ? {} : { input: spec.stdin }),
  }
  mkdirSync(config, { recursive: true })
  if (door === 'longshore') {
    return run(process.execPath, [bin, ...args], { ...options, env: { ...env, LONGSHORE_SOCKET: socket } })
  }
  const docker = { ...env, DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: door === 'buildkit' ? '1' : '0' }
  return run(await dockerFor(door), args, { ...options, env: docker })
}

/** docker 20.10 has BuildKit's client inside; later ones leave it to a plugin. */
async function dockerFor(door: 'buildkit' | 'classic'): Promise<string> {
  const clis = await findDockerClis()
  const cli = door === 'classic' ? clis[0] : clis.find(({ version }) => version.startsWith('20.10.'))
  if (cli === undefined) throw new Error('there is no docker CLI 20.10: apt-get install docker.io')
  return cli.path
}
