/** Limits of block devices: paths of devices -> the numbers by which cgroups know them. */
import { stat } from 'node:fs/promises'
import { EngineError } from '../errors.ts'
import type { BlockIoSettings } from './runtime.ts'
import type { OciBlockIo } from './spec/oci-spec.ts'

/** Throws `invalid` in Docker's words for a path that is no device. */
export async function resolveBlockIo(settings: BlockIoSettings | undefined): Promise<OciBlockIo> {
  if (!settings) return {}
  const { weight, weightDevices, readBps, writeBps, readIops, writeIops } = settings
  const rates = async (name: string, list: BlockIoSettings['readBps']) =>
    list?.length
      ? {
          [name]: await Promise.all(list.map(async ({ path, rate }) => ({ ...(await numbers(path)), rate }))),
        }
      : {}
  return {
    ...(weight ? { weight } : {}),
    ...(weightDevices?.length
      ? {
          weightDevice: await Promise.all(
            weightDevices.map(async ({ path, weight: each }) => ({ ...(await numbers(path)), weight: each })),
          ),
        }
      : {}),
    ...(await rates('throttleReadBpsDevice', readBps)),
    ...(await rates('throttleWriteBpsDevice', writeBps)),
    ...(await rates('throttleReadIOPSDevice', readIops)),
    ...(await rates('throttleWriteIOPSDevice', writeIops)),
  }
}

async function numbers(path: string): Promise<{ readonly major: number; readonly minor: number }> {
  const info = await stat(path).catch((cause) => {
    throw new EngineError('invalid', `stat ${path}: no such file or directory`, { cause })
  })
  if (!info.isBlockDevice()) throw new EngineError('invalid', `${path} is no block device`)
  return deviceNumbers(info.rdev)
}

/** The kernel's dev_t as userland sees it: 12 low bits of the major above 8 low bits of the minor. */
export function deviceNumbers(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) }
}
