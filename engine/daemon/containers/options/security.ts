/** `--security-opt`: what each option asks for, and what this host has no part for. */
import { EngineError } from '../../../errors.ts'
import type { Abilities } from '../../../runtime/abilities.ts'
import type { ContainerSettings } from '../../../runtime/runtime.ts'
import { parseSeccompProfile } from './seccomp.ts'

export interface SecurityOptions {
  readonly noNewPrivileges: boolean
  readonly seccomp: ContainerSettings['seccomp']
  /** Name of a loaded AppArmor profile; empty is none. */
  readonly apparmor: string
  /** Options of SELinux labels, such as `disable` or `type:t`. */
  readonly labels: readonly string[]
}

/** Throws `invalid` in Docker's words for what is no security option. */
export function securityOptions(
  options: readonly string[],
  defaults: Pick<SecurityOptions, 'noNewPrivileges' | 'seccomp'> = {
    noNewPrivileges: false,
    seccomp: 'default',
  },
): SecurityOptions {
  const { noNewPrivileges, seccomp: common } = defaults
  let read: SecurityOptions = { noNewPrivileges, seccomp: common, apparmor: '', labels: [] }
  for (const option of options) {
    if (option === 'no-new-privileges') {
      read = { ...read, noNewPrivileges: true }
      continue
    }
    if (option === 'disable') {
      read = { ...read, labels: [...read.labels, 'disable'] }
      continue
    }
    const split = /^([^=]*)=(.*)$/s.exec(option) ?? /^([^:]*):(.*)$/s.exec(option)
    if (!split) throw new EngineError('invalid', `invalid --security-opt 1: "${option}"`)
    const [, key, value = ''] = split
    switch (key) {
      case 'no-new-privileges':
        read = { ...read, noNewPrivileges: flag(value, option) }
        break
      case 'seccomp':
        read = { ...read, seccomp: seccomp(value) }
        break
      case 'apparmor':
        read = { ...read, apparmor: value === 'unconfined' ? '' : value }
        break
      case 'label':
        read = { ...read, labels: [...read.labels, value] }
        break
      default:
        throw new EngineError('invalid', `invalid --security-opt 2: "${option}"`)
    }
  }
  return read
}

/** What was asked for of parts that this kernel does not have. */
export function securityWarnings({ apparmor, labels }: SecurityOptions, can: Abilities): string[] {
  const warnings: string[] = []
  if (apparmor !== '' && !can.apparmor) {
    warnings.push(`Your kernel does not support AppArmor. Profile ${apparmor} discarded.`)
  }
  const asked = labels.filter((label) => label !== 'disable')
  if (asked.length > 0) {
    warnings.push(`SELinux labels are not applied by this engine. Label ${asked.join(', ')} discarded.`)
  }
  return warnings
}

function seccomp(value: string): ContainerSettings['seccomp'] {
  if (value === 'unconfined') return 'unconfined'
  return value === 'builtin' || value === '' ? 'default' : { profile: parseSeccompProfile(value) }
}

/** As Go reads a truth value. */
function flag(value: string, option: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false
  throw new EngineError('invalid', `invalid --security-opt 2: "${option}"`)
}
