/** Puts an engine's rules into the kernel: one program a change. Nothing of others is touched. */
import { EngineError } from '../errors.ts'
import { findProgram, needProgram } from '../host/native-parts.ts'
import type { NetworkDefinition } from './network.ts'
import { run } from './place.ts'
import { chainsOf, forwardRules, jumps, leaveRules, type PortRule, ruled } from './rules.ts'

type Family = 4 | 6

const FAMILIES: readonly Family[] = [4, 6]
const PREFIX: Readonly<Record<Family, string>> = { 4: 'iptables', 6: 'ip6tables' }
const REMEDY = 'Published ports and bridges need it. Run: apt-get install iptables'

function program(family: Family, suffix = ''): string {
  return needProgram([`${PREFIX[family]}${suffix}`], REMEDY)
}

/** The rules of one engine. `tag` is what tells its chains from those of others. */
export class Firewall {
  readonly #tag: string
  /** Families whose chains and jumps are known to be there. */
  readonly #raised = new Set<Family>()

  constructor(tag: string) {
    this.#tag = tag
  }

  /** Makes the chains with the rules of `networks`, and with exactly `ports` when they are given. Idempotent. */
  async raise(networks: readonly NetworkDefinition[], ports?: readonly PortRule[]): Promise<void> {
    for (const family of FAMILIES) {
      // The chains of the second family come with the first network that has it, and stay until the end.
      if (family === 6 && ruled(networks, 6).length === 0 && !this.#raised.has(6)) continue
      const first = !this.#raised.has(family)
      const rules = ports?.filter((rule) => rule.family === family)
      const chain = chainsOf(this.#tag).ports
      await write(family, [
        '*filter',
        ...forwardRules(this.#tag, networks, family),
        'COMMIT',
        '*nat',
        ...leaveRules(this.#tag, networks, family),
        ...(rules ? [`:${chain} - [0:0]`, ...rules.map(({ words }) => `-A ${words.join(' ')}`)] : []),
        ...(rules || !first ? [] : [`:${chain} - [0:0]`]),
        'COMMIT',
      ])
      if (first) await this.#jump(family)
      this.#raised.add(family)
    }
  }

  /** Adds rules of ports. */
  async open(rules: readonly PortRule[]): Promise<void> {
    for (const family of FAMILIES) {
      const lines = rules.filter((rule) => rule.family === family).map(({ words }) => `-A ${words.join(' ')}`)
      if (lines.length > 0) await write(family, ['*nat', ...lines, 'COMMIT'])
    }
  }

  /** Removes them, and is content with what is gone already. */
  async close(rules: readonly PortRule[]): Promise<void> {
    for (const family of FAMILIES) {
      const own = rules.filter((rule) => rule.family === family)
      if (own.length > 0) await remove(family, own)
    }
  }

  /** Removes jumps and chains. Idempotent. */
  async lower(): Promise<void> {
    const chains = chainsOf(this.#tag)
    const quiet = { expectExit: [0, 1, 2, 3, 4] }
    for (const family of FAMILIES) {
      if (findProgram(PREFIX[family]) === null) continue
      const iptables = program(family)
      // Most engines never had a network of the second family.
      const known = await run(iptables, ['-w', '-t', 'nat', '-S', chains.ports], quiet)
      if (known.code !== 0 && family === 6) continue
      for (const [table, chain, rule] of jumps(this.#tag, family)) {
        await run(iptables, ['-w', '-t', table, '-D', chain, ...rule], quiet)
      }
      for (const [table, chain] of [
        ['filter', chains.forward],
        ['nat', chains.ports],
        ['nat', chains.leave],
      ] as const) {
        await run(iptables, ['-w', '-t', table, '-F', chain], quiet)
        await run(iptables, ['-w', '-t', table, '-X', chain], quiet)
      }
      this.#raised.delete(family)
    }
  }

  /** The container ids (12 digits) that have port rules, one for each rule. */
  async portRuleOwners(): Promise<string[]> {
    const { ports } = chainsOf(this.#tag)
    const lists = FAMILIES.filter((family) => findProgram(PREFIX[family]) !== null).map((family) =>
      run(program(family), ['-w', '-t', 'nat', '-S', ports], { expectExit: [0, 1, 2, 3] }),
    )
    return (await Promise.all(lists)).flatMap(({ stdout }) =>
      [...stdout.matchAll(/--comment "?([0-9a-f]{12})"?/g)].map((match) => match[1] ?? ''),
    )
  }

  async #jump(family: Family): Promise<void> {
    const iptables = program(family)
    for (const [table, chain, rule] of jumps(this.#tag, family)) {
      const found = await run(iptables, ['-w', '-t', table, '-C', chain, ...rule], { expectExit: [0, 1, 2] })
      if (found.code !== 0) await run(iptables, ['-w', '-t', table, '-I', chain, ...rule])
    }
  }
}

async function remove(family: Family, rules: readonly PortRule[]): Promise<void> {
  const lines = ['*nat', ...rules.map(({ words }) => `-D ${words.join(' ')}`), 'COMMIT']
  const all = await run(program(family, '-restore'), ['--noflush', '-w'], {
    input: `${lines.join('\n')}\n`,
    expectExit: [0, 1, 2],
  })
  if (all.code === 0) return
  // One was gone, so none was removed: take them one by one.
  for (const { words } of rules) {
    await run(program(family), ['-w', '-t', 'nat', '-D', ...words], { expectExit: [0, 1, 2] })
  }
}

async function write(family: Family, lines: readonly string[]): Promise<void> {
  try {
    await run(program(family, '-restore'), ['--noflush', '-w'], { input: `${lines.join('\n')}\n` })
  } catch (cause) {
    throw new EngineError(
      'unavailable',
      `the host's firewall did not take the rules of a network: ${(cause as Error).message}`,
      { cause },
    )
  }
}
