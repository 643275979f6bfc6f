/** skopeo through the registry: what it pushes we run, and what we push it reads, byte for byte. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { mustRun } from '../fixtures/processes.ts'

const PLAIN = ['--src-tls-verify=false', '--dest-tls-verify=false']

onEachEngine('skopeo', (subject) => {
  const copy = (from: string, to: string) =>
    mustRun('skopeo', ['--insecure-policy', 'copy', '-q', ...PLAIN, from, to])
  const digest = async (name: string) =>
    (
      await mustRun('skopeo', [
        'inspect',
        '--tls-verify=false',
        '--format',
        '{{.Digest}}',
        `docker://${name}`,
      ])
    ).trim()
  const push = async (repository: string) => {
    const sent = await subject.api.post(`/images/${repository}/push?tag=1`, undefined, {
      headers: { 'X-Registry-Auth': Buffer.from('{}').toString('base64url') },
    })
    expect(sent.status, sent.text).toBe(200)
    expect(sent.text).not.toContain('"error"')
  }

  test('reads the very manifest that was pulled after a push [06.04] [05.12]', async () => {
    const from = await subject.pull('layered')
    const repository = `${subject.registry}/exact-${subject.name}`
    await subject.api.post(`/images/${from}/tag?repo=${repository}&tag=1`)
    await push(repository)
    expect(await digest(`${repository}:1`)).toBe(await digest(from))
    await subject.api.delete(`/images/${repository}:1`)
  })

  test('copies an image to where we pull it, and from where we pushed it [06.01] [06.04] [05.08] [05.09]', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'skopeo-'))
    try {
      const there = `${subject.registry}/by-skopeo-${subject.name}:1`
      const back = `${subject.registry}/by-engine-${subject.name}:1`
      await copy(`docker://${subject.registry}/layered:1`, `docker://${there}`)
      const pull = await subject.api.post(`/images/create?fromImage=${encodeURIComponent(there)}`)
      expect(pull.text).not.toContain('"error"')
      const [repo] = back.split(':1')
      await subject.api.post(`/images/${there}/tag?repo=${repo}&tag=1`)
      await push(repo ?? '')
      await copy(`docker://${back}`, `oci:${path.join(folder, 'oci')}:1`)
      // Straight from the engine: skopeo saves by /images/NAME/get, and loads by /images/load.
      const daemon = ['--src-daemon-host', `unix://${subject.engine.socket}`]
      await mustRun('skopeo', [
        ...['--insecure-policy', 'copy', '-q', ...daemon],
        ...[`docker-daemon:${there}`, `dir:${path.join(folder, 'dir')}`],
      ])
      await mustRun('skopeo', [
        ...['--insecure-policy', 'copy', '-q', '--dest-daemon-host', `unix://${subject.engine.socket}`],
        ...[`oci:${path.join(folder, 'oci')}:1`, 'docker-daemon:from-oci:1'],
      ])
      const { code } = await subject.finish({ Image: 'from-oci:1', Cmd: ['true'] })
      expect(code).toBe(0)
      for (const name of [there, back, 'from-oci:1']) await subject.api.delete(`/images/${name}?force=1`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
