import { expect, test } from 'vitest'
import { groupChecks } from './host-groups.ts'

const check = (name: string, detail: string, ok = true) => ({
  name,
  detail,
  ok,
  remedy: ok ? null : `install ${name}`,
})

test('programs stand under what they are for', () => {
  const groups = groupChecks([
    check('OCI runtime', '/usr/bin/crun, 1.8.1'),
    check('conmon', '/usr/bin/conmon, 2.1.6'),
    check('cgroups', 'version 2'),
    check('netavark', 'not found', false),
    check('aardvark-dns', '/usr/lib/podman/aardvark-dns, 1.4.0'),
    check('clock', 'ticks'),
  ])
  expect(groups.map(({ title, ok, by, wrong }) => [title, ok, by, wrong.map((each) => each.name)])).toEqual([
    ['Containers, images and volumes', true, 'crun 1.8.1, conmon 2.1.6', []],
    ['Networks and published ports', false, 'aardvark-dns 1.4.0', ['netavark']],
    ['Memory and CPU limits', true, 'version 2', []],
    ['clock', true, 'ticks', []],
  ])
})
