/** What the local driver's options mount at a volume's place: a tmpfs, a bind, a disk, a network file system. */
import { lookup } from 'node:dns/promises'
import { EngineError } from '../errors.ts'
import { run } from '../host/exec.ts'

/** `type`, `o` and `device` of the local volume driver. */
export type DeviceOptions = Readonly<Record<string, string>>

/** Mounts onto `target`. Throws `invalid` in Docker's words with the kernel's reason. */
export async function mountDevice(options: DeviceOptions, target: string): Promise<void> {
  const { type = '', device = '' } = options
  const flags = await withAddress(type, options.o ?? '')
  const kind = type === 'none' || type === 'bind' ? [] : ['-t', type]
  // A bind needs no file system, and mount(8) wants it said when the options do not.
  const bind = kind.length === 0 && !/(^|,)r?bind(,|$)/.test(flags) ? ['--bind'] : []
  try {
    await run('mount', ['-i', '-n', ...kind, ...bind, ...(flags === '' ? [] : ['-o', flags]), device, target])
  } catch (cause) {
    // mount(8) adds a line of advice about dmesg.
    const [said = ''] = (cause as Error).message.split('\n')
    const why = said.split(': ').slice(1).join(': ') || said
    throw new EngineError(
      'invalid',
      `error while mounting volume '${target}': failed to mount local volume: mount ${device}:${target}, data: ${flags}: ${why}`,
      { cause },
    )
  }
}

/** The kernel's NFS and CIFS take addresses, people write names. */
async function withAddress(type: string, flags: string): Promise<string> {
  if (!/^(nfs|nfs4|cifs)$/.test(type)) return flags
  const name = /(?:^|,)addr=([^,]+)/.exec(flags)?.[1]
  if (name === undefined) return flags
  const { address } = await lookup(name).catch((cause) => {
    throw new EngineError('invalid', `error resolving passed in network volume address: ${name}`, { cause })
  })
  return flags.replace(`addr=${name}`, `addr=${address}`)
}
