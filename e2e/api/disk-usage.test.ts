import { expect, test } from 'vitest'
import { expectError, onEachEngine } from './suite.ts'

interface Usage {
  readonly LayersSize: number
  readonly Images:
    | readonly {
        readonly Id: string
        readonly Size: number
        readonly SharedSize: number
        readonly Containers: number
      }[]
    | null
  readonly Containers:
    | readonly {
        readonly Id: string
        readonly SizeRw?: number
        readonly SizeRootFs: number
        readonly State: string
      }[]
    | null
  readonly Volumes:
    | readonly {
        readonly Name: string
        readonly UsageData: { readonly Size: number; readonly RefCount: number }
      }[]
    | null
  readonly BuildCache: readonly unknown[] | null
}

onEachEngine('disk usage', (subject) => {
  const { api } = subject
  const usage = async (version = '/v1.41', query = '') =>
    (await api.version(version).get(`/system/df${query}`)).json<Usage>()
  const fill = (bytes: number, where: string) => ['sh', '-c', `head -c ${bytes} /dev/zero > ${where}`]

  test('images, containers and volumes with their bytes [02.17]', async () => {
    const { id } = await subject.finish({
      Cmd: fill(300_000, '/made; head -c 200000 /dev/zero > /data/kept'),
      HostConfig: { Binds: ['df-volume:/data'] },
    })
    const { Containers, Volumes, Images, LayersSize } = await usage()
    const row = Containers?.find(({ Id }) => Id === id)
    expect(row?.State).toBe('exited')
    expect(row?.SizeRw).toBeGreaterThanOrEqual(300_000)
    expect(row?.SizeRw).toBeLessThan(400_000)
    const image = Images?.find(({ Containers }) => Containers === 1)
    expect(image?.Size).toBeGreaterThan(500_000)
    expect(LayersSize).toBeGreaterThanOrEqual(image?.Size ?? 0)
    expect(row?.SizeRootFs).toBe((row?.SizeRw ?? 0) + (image?.Size ?? 0))
    const volume = Volumes?.find(({ Name }) => Name === 'df-volume')
    expect(volume?.UsageData.RefCount).toBe(1)
    expect(volume?.UsageData.Size).toBeGreaterThanOrEqual(200_000)
    expect(volume?.UsageData.Size).toBeLessThan(250_000)
  })

  test('what a container writes counts as it runs', async () => {
    const id = await subject.sleeper()
    const size = async () => (await usage()).Containers?.find(({ Id }) => Id === id)?.SizeRw ?? 0
    const before = await size()
    const exec = await api.post(`/containers/${id}/exec`, { Cmd: fill(400_000, '/more'), AttachStdout: true })
    await api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, {})
    expect((await size()) - before).toBeGreaterThanOrEqual(400_000)
  })

  test('layers that images share are counted once', async () => {
    await subject.pull('layered')
    await subject.pull('user')
    const { Images, LayersSize } = await usage()
    const total = (Images ?? []).reduce((sum, { Size }) => sum + Size, 0)
    expect(LayersSize).toBeLessThan(total)
    expect(Images?.some(({ SharedSize }) => SharedSize > 500_000)).toBe(true)
  })

  test('of chosen types alone, since API 1.42', async () => {
    const chosen = await usage('/v1.42', '?type=volume&type=image')
    expect(chosen).toMatchObject({ Containers: null, BuildCache: null })
    expect(chosen.Images).not.toBeNull()
    expectError(
      await api.version('/v1.42').get('/system/df?type=nonsense'),
      400,
      'unknown object type: nonsense',
    )
    // Before, the parameter does not exist.
    expect((await usage('/v1.41', '?type=nonsense')).Containers).toEqual([])
  })

  test('a builder without a cache has nothing to prune [02.17]', async () => {
    const answer = await api.post('/build/prune')
    expect(answer.json()).toMatchObject({ SpaceReclaimed: 0 })
  })
})

onEachEngine('api versions', ({ api }) => {
  const answers = async (from: number, to: number) => {
    for (let minor = from; minor <= to; minor++) {
      const at = api.version(`/v1.${minor}`)
      expect((await at.get('/_ping')).text, `1.${minor}`).toBe('OK')
      const usage = (await at.get('/system/df')).json<Record<string, unknown>>()
      expect('BuilderSize' in usage, `1.${minor}`).toBe(minor < 42)
      const images = (await at.get('/images/json')).json<Record<string, unknown>[]>()
      expect('VirtualSize' in (images[0] ?? {}), `1.${minor}`).toBe(minor < 44)
    }
  }

  test('1.25 to 1.41 are spoken [01.03]', () => answers(25, 41))

  test('1.42 to 1.51 are spoken, with what changed in them [01.03]', () => answers(42, 51))

  test.each(['/v1.99', '/v2.0', '/v0.9'])('%s is refused', async (version) => {
    const answer = await api.version(version).get('/info')
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(/client version \d+\.\d+ is too (new|old)/)
  })
})
