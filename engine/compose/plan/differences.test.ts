import { expect, test } from 'vitest'
import type { ContainerInspect } from '../../api/container.ts'
import type { DesiredContainer } from './desired/container.ts'
import { differences } from './differences.ts'

/** A container of which only its restart policy matters. */
function restart(wanted: string, there: string): readonly string[] {
  const policy = (Name: string) => ({ Name, MaximumRetryCount: 0 })
  const desired = { name: 'web', body: { HostConfig: { RestartPolicy: policy(wanted) } }, files: [] }
  const inspect = {
    Image: 'sha256:1',
    Config: { Env: [], Cmd: null, Entrypoint: null, Labels: {} },
    HostConfig: { RestartPolicy: policy(there) },
    Mounts: [],
    NetworkSettings: { Networks: {} },
  }
  return differences(desired as unknown as DesiredContainer, inspect as unknown as ContainerInspect, {
    now: null,
    // biome-ignore lint/suspicious/noThenProperty: the image of then, beside that of now
    then: null,
  }).filter((reason) => reason.startsWith('restart'))
}

test('a restart policy without a name, as dockerd keeps it, is none [16.09]', () => {
  expect(restart('no', '')).toEqual([])
  expect(restart('always', '')).toEqual(['restart changed'])
  expect(restart('no', 'always')).toEqual(['restart changed'])
})
