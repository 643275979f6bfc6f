/** Layers between images, and the smallest image there is. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tar } from '../fixtures/tar.ts'
import { onEachEngine } from './suite.ts'

onEachEngine('image layers', (subject) => {
  const { api } = subject

  test('what two images share is fetched once and counted once [05.11]', async () => {
    for (const name of ['layered:1', 'with-user:1'])
      await api.delete(`/images/${subject.registry}/${name}?force=1`)
    const pull = async (name: string, tag: string) =>
      (await api.post(`/images/create?fromImage=${subject.registry}/${name}&tag=${tag}`)).text
    // Both stand on the layer of busybox, which is here.
    const first = await pull('layered', '1')
    expect(first.match(/Already exists/g)).toHaveLength(1)
    expect(first.match(/Pull complete/g)).toHaveLength(3)
    const second = await pull('with-user', '1')
    expect(second.match(/Already exists/g)).toHaveLength(1)
    expect(second).not.toContain('Pull complete')

    const layers = async (name: string) =>
      (await api.get(`/images/${subject.registry}/${name}/json`)).json<{
        Size: number
        RootFS: { Layers: string[] }
      }>()
    const [one, two] = [await layers('layered:1'), await layers('with-user:1')]
    expect(two.RootFS.Layers[0]).toBe(one.RootFS.Layers[0])
    const { LayersSize } = (await api.get('/system/df')).json<{ LayersSize: number }>()
    expect(LayersSize).toBeLessThan(one.Size + two.Size)
  })

  test('an image of one static program runs, with nothing around it [05.13] [05.14]', async () => {
    const program = readFileSync('/bin/busybox')
    const body = tar([{ path: 'echo', content: program, mode: 0o755 }])
    const made = await api.post(
      '/images/create?fromSrc=-&repo=only&tag=1&changes=CMD%20%5B%22%2Fecho%22%2C%22afloat%22%5D',
      undefined,
      {
        body,
        headers: { 'Content-Type': 'application/x-tar' },
      },
    )
    expect(made.text).not.toContain('"error"')
    const { code, log } = await subject.finish({ Image: 'only:1', Tty: true })
    expect([code, log.toString()]).toEqual([0, 'afloat\r\n'])
    await subject.finish({ Image: 'only:1', Tty: true })
    for (const { Id } of (await api.get('/containers/json?all=1')).json<{ Id: string }[]>())
      await api.delete(`/containers/${Id}`)
    expect((await api.delete('/images/only:1')).status).toBe(200)
  })
})
