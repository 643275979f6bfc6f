/** Finds the runtime's programs and chooses how they are called on this host. */
import { EngineError } from '../errors.ts'
import { cgroupLayout } from '../host/cgroup.ts'
import type { CgroupAccess } from '../host/cgroup-access.ts'
import { run } from '../host/exec.ts'
import { findProgram, nativeHelper, needProgram } from '../host/native-parts.ts'
import type { Runtime } from './runtime.ts'
import type { Programs } from './supervisor.ts'

/** Finds conmon and crun (or runc when it is not there or `prefer` says so). Throws `unavailable` with a remedy. */
export async function findPrograms(
  prefer: 'crun' | 'runc' | undefined,
  access: CgroupAccess,
): Promise<{ readonly programs: Programs; readonly identity: Runtime['identity'] }> {
  const remedy = 'Install them with your package manager, for example: apt-get install crun conmon'
  const conmon = needProgram(['conmon'], remedy)
  const order: readonly ('crun' | 'runc')[] = prefer === 'runc' ? ['runc', 'crun'] : ['crun', 'runc']
  const name = order.find((candidate) => findProgram(candidate))
  const runtimePath = name && findProgram(name)
  if (!name || !runtimePath) {
    throw new EngineError('unavailable', `neither crun nor runc is installed on this machine. ${remedy}`)
  }
  const helper = nativeHelper()
  const { kind } = cgroupLayout()
  const [runtimeVersion, conmonVersion] = await Promise.all([
    run(runtimePath, ['--version']),
    run(conmon, ['--version']),
  ])
  return {
    programs: {
      conmon,
      runtime: name,
      runtimePath,
      // crun refuses hybrid hosts; runc takes them as they are.
      call: [
        ...(name === 'crun' && kind === 'hybrid'
          ? ([helper, 'runtime', runtimePath] as const)
          : ([runtimePath] as const)),
        ...(name === 'crun' && access.kind === 'none' ? ['--cgroup-manager=disabled'] : []),
      ],
      helper,
    },
    identity: {
      name,
      path: runtimePath,
      version: version(runtimeVersion.stdout),
      conmon: version(conmonVersion.stdout),
      cgroup: kind,
      cgroupLack: access.kind === 'none' ? `The engine has ${access.why}. ${access.remedy}` : null,
    },
  }
}

function version(text: string): string {
  return /version:?\s+v?(\S+)/.exec(text)?.[1] ?? 'unknown'
}
