/** `top`, `port`, `images`, `wait`: what can be asked of containers. */
import { select, selectOne } from '../../../../engine/compose/operate/select.ts'
import { EngineError } from '../../../../engine/errors.ts'
import type { Command } from '../command.ts'
import { printTable } from '../table.ts'

export const top: Command = {
  summary: 'List the processes of containers',
  usage: '[SERVICE...]',
  flags: {},
  async run(call) {
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const running = select(containers, { services: call.names }, project).filter(
      ({ inspect }) => inspect.State.Running,
    )
    const tops = await Promise.all(running.map(({ inspect }) => client.containers.top(inspect.Id)))
    const [first] = tops
    if (!first) return 0
    const rows = tops.flatMap(({ Processes }, index) =>
      Processes.map((columns) => [
        running[index]?.service ?? '',
        String(running[index]?.number ?? ''),
        ...columns,
      ]),
    )
    process.stdout.write(printTable(['SERVICE', '#', ...first.Titles], rows))
    return 0
  },
}

export const port: Command = {
  summary: 'Print where a port is published',
  usage: '[--index N] [--protocol tcp|udp] SERVICE PORT',
  flags: { index: { type: 'string' }, protocol: { type: 'string' } },
  async run(call) {
    const [service, number] = call.names
    if (service === undefined || !/^\d+$/.test(number ?? ''))
      throw new EngineError('invalid', 'port needs a service and a port')
    const protocol = call.flags.oneOf('protocol', ['tcp', 'udp', 'sctp']) ?? 'tcp'
    const [{ project }, containers] = await Promise.all([call.known(), call.containers()])
    const { inspect } = selectOne(containers, service, call.flags.whole('index'), project)
    const [bound] = inspect.NetworkSettings.Ports?.[`${number}/${protocol}`] ?? []
    if (!bound) {
      throw new EngineError(
        'not-found',
        `no port ${number}/${protocol} for container ${inspect.Name.slice(1)}`,
      )
    }
    const { HostIp: ip, HostPort: published } = bound
    console.log(`${ip.includes(':') ? `[${ip}]` : ip}:${published}`)
    return 0
  },
}

export const images: Command = {
  summary: 'List the images of containers',
  usage: '[-q] [--format table|json] [SERVICE...]',
  flags: { quiet: { type: 'boolean', short: 'q' }, format: { type: 'string' } },
  async run(call) {
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const chosen = select(containers, { services: call.names }, project)
    const ids = [...new Set(chosen.map(({ inspect }) => inspect.Image))]
    if (call.flags.yes('quiet')) {
      for (const id of ids) console.log(id)
      return 0
    }
    const found = new Map(
      await Promise.all(ids.map(async (id) => [id, await client.images.inspect(id)] as const)),
    )
    const rows = chosen.flatMap(({ inspect }) => {
      const image = found.get(inspect.Image)
      if (!image) return []
      const [repository, tag] = split(inspect.Config.Image)
      const platform = [image.Os, image.Architecture, image.Variant].filter((part) => part).join('/')
      return [
        {
          name: inspect.Name.slice(1),
          repository,
          tag,
          platform,
          id: inspect.Image,
          size: image.Size,
          created: image.Created ?? '',
        },
      ]
    })
    if (call.flags.oneOf('format', ['table', 'json']) === 'json') {
      console.log(
        JSON.stringify(
          rows.map((row) => ({
            ...{ ID: row.id, ContainerName: row.name, Repository: row.repository, Tag: row.tag },
            ...{ Platform: row.platform, Size: row.size, Created: row.created },
          })),
        ),
      )
      return 0
    }
    process.stdout.write(
      printTable(
        ['CONTAINER', 'REPOSITORY', 'TAG', 'PLATFORM', 'IMAGE ID', 'SIZE', 'CREATED'],
        rows.map((row) => [
          ...[row.name, row.repository, row.tag, row.platform, row.id.replace('sha256:', '').slice(0, 12)],
          ...[megabytes(row.size), row.created.slice(0, 19)],
        ]),
      ),
    )
    return 0
  },
}

function split(reference: string): readonly [string, string] {
  const colon = reference.lastIndexOf(':')
  return colon > reference.lastIndexOf('/')
    ? [reference.slice(0, colon), reference.slice(colon + 1)]
    : [reference, 'latest']
}

function megabytes(bytes: number): string {
  return bytes < 1e6
    ? `${(bytes / 1e3).toPrecision(3)}kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toPrecision(3)}MB`
      : `${(bytes / 1e9).toPrecision(3)}GB`
}

export const wait: Command = {
  summary: 'Wait until containers end; the code is that of the first',
  usage: '[--down-project] SERVICE [SERVICE...]',
  flags: { 'down-project': { type: 'boolean' } },
  async run(call) {
    if (call.names.length === 0) throw new EngineError('invalid', 'wait needs a service')
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const chosen = select(containers, { services: call.names }, project)
    if (chosen.length === 0) throw new EngineError('not-found', `no containers for ${call.names.join(', ')}`)
    const down = call.flags.yes('down-project')
    const codes = chosen.map(async ({ inspect, service, number }) => {
      const code = await client.containers.wait(inspect.Id)
      console.log(`container "${service}-${number}" exited with status code ${code}`)
      return code
    })
    // With --down-project the first end takes the rest along.
    const code = down
      ? await Promise.race(codes)
      : ((await Promise.all(codes)).find((each) => each !== 0) ?? 0)
    if (down) {
      for (const { inspect } of containers)
        await client.containers.remove(inspect.Id, { force: true, volumes: false })
    }
    return code
  },
}
