/** Capabilities and process limits: unknown ones are refused, what the engine itself lacks is said. */
import type { HostConfig } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { Abilities } from '../../../runtime/abilities.ts'
import { capabilityName } from '../../../runtime/spec/capabilities.ts'
import { rlimits } from '../../../runtime/spec/rlimits.ts'

type Asked = Pick<HostConfig, 'CapAdd' | 'CapDrop' | 'Privileged' | 'Ulimits' | 'OomScoreAdj'>

/** Throws `invalid` in Docker's words; answers warnings. */
export function checkPrivileges(host: Asked, can: Abilities): string[] {
  const added = names(host.CapAdd, 'CapAdd')
  names(host.CapDrop, 'CapDrop')
  const { OomScoreAdj, Ulimits } = host
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000) {
    throw new EngineError('invalid', `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`)
  }
  const ulimits = (Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard }))
  rlimits(ulimits, new Map())
  const warnings: string[] = []
  const lacking = added.filter((name) => name !== 'ALL' && !can.capabilities.includes(name))
  if (lacking.length > 0) {
    warnings.push(`The engine itself does not have ${lacking.join(', ')}. Capability discarded.`)
  }
  for (const { name, hard } of ulimits) {
    const ceiling = can.ulimitCeiling.get(name.toLowerCase())
    if (ceiling === undefined || (hard >= 0 && hard <= ceiling)) continue
    warnings.push(`The engine itself is limited to ${ceiling} of ${name}. Limit ${hard} lowered to that.`)
  }
  if (can.oomScoreFloor !== null && OomScoreAdj < can.oomScoreFloor) {
    warnings.push(
      `The engine cannot lower oom_score_adj below ${can.oomScoreFloor}. Value ${OomScoreAdj} raised.`,
    )
  }
  return warnings
}

function names(list: readonly string[] | null, field: 'CapAdd' | 'CapDrop'): string[] {
  return (list ?? []).map((text) => {
    const name = capabilityName(text)
    if (name) return name
    const upper = text.toUpperCase()
    const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
    throw new EngineError('invalid', `invalid ${field}: unknown capability: "${full}"`)
  })
}
