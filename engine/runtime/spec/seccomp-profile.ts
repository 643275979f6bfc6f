/**
 * Seccomp profiles in Docker's format, and their translation into what an OCI runtime takes: rules that depend on
 * capabilities or on the architecture are decided here.
 */
import { EngineError } from '../../errors.ts'
import type { OciSeccomp, OciSyscallRule } from './oci-spec.ts'

/** Docker's profile format (docs.docker.com, "Seccomp security profiles for Docker"). */
export interface SeccompProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  /** Architecture with those that its kernel also runs. */
  readonly archMap?: readonly {
    readonly architecture: string
    readonly subArchitectures?: readonly string[] | null
  }[]
  readonly architectures?: readonly string[]
  readonly syscalls: readonly SeccompRule[]
}

export interface SeccompRule {
  readonly names?: readonly string[]
  readonly name?: string
  readonly action: string
  readonly errnoRet?: number
  readonly args?: OciSyscallRule['args'] | null
  readonly includes?: SeccompCondition
  readonly excludes?: SeccompCondition
}

interface SeccompCondition {
  readonly caps?: readonly string[] | null
  readonly arches?: readonly string[] | null
  readonly minKernel?: string
}

/** Node's architecture -> [Docker's name, the seccomp constant]. */
const ARCHITECTURES: Readonly<Record<string, readonly [string, string]>> = {
  x64: ['amd64', 'SCMP_ARCH_X86_64'],
  arm64: ['arm64', 'SCMP_ARCH_AARCH64'],
}

/** What rules are decided by. */
export interface SeccompFacts {
  readonly capabilities: readonly string[]
  /** As `process.arch` says it. */
  readonly arch: string
  /** As `os.release()` says it, such as `6.1.0-18-amd64`. */
  readonly kernel: string
}

/** Makes the OCI form. Throws `invalid` when `profile` is not a profile. */
export function resolveSeccomp(profile: SeccompProfile, facts: SeccompFacts): OciSeccomp {
  if (typeof profile?.defaultAction !== 'string' || !Array.isArray(profile.syscalls)) {
    throw new EngineError('invalid', 'the seccomp profile is not valid: it needs defaultAction and syscalls')
  }
  const [docker, constant] = ARCHITECTURES[facts.arch] ?? [facts.arch, '']
  const mapped = profile.archMap?.find((entry) => entry.architecture === constant)
  const architectures = mapped
    ? [mapped.architecture, ...(mapped.subArchitectures ?? [])]
    : [...(profile.architectures ?? [])]
  const syscalls: OciSyscallRule[] = []
  for (const rule of profile.syscalls) {
    if (rule.includes && !holds(rule.includes, docker, facts, 'all')) continue
    if (rule.excludes && holds(rule.excludes, docker, facts, 'any')) continue
    const names = rule.names ?? (rule.name ? [rule.name] : [])
    if (names.length === 0) continue
    syscalls.push({
      names,
      action: rule.action,
      ...(rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }),
      ...(rule.args && rule.args.length > 0 ? { args: rule.args } : {}),
    })
  }
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures,
    syscalls,
  }
}

/** `includes` needs every part of its condition, `excludes` is met by any one. */
function holds(condition: SeccompCondition, arch: string, facts: SeccompFacts, mode: 'all' | 'any'): boolean {
  const parts: boolean[] = []
  if (condition.arches?.length) parts.push(condition.arches.includes(arch))
  if (condition.minKernel) parts.push(!olderKernel(facts.kernel, condition.minKernel))
  for (const cap of condition.caps ?? []) parts.push(facts.capabilities.includes(cap))
  return mode === 'all' ? parts.every(Boolean) : parts.some(Boolean)
}

/** Compares `MAJOR.MINOR` of two kernel versions. */
export function olderKernel(have: string, need: string): boolean {
  const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  const [haveMajor = 0, haveMinor = 0] = numbers(have)
  const [needMajor = 0, needMinor = 0] = numbers(need)
  return haveMajor < needMajor || (haveMajor === needMajor && haveMinor < needMinor)
}
