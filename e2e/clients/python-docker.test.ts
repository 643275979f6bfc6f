/** docker-py, as Debian's python3-docker: a life of a container, files in and out, volumes, networks, events. */
import { expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { run } from '../fixtures/processes.ts'

const SCRIPT = `
import docker, io, json, sys, tarfile
client = docker.from_env(timeout=60)
image = sys.argv[1]
said = {}
said['ping'] = client.ping()
said['run'] = client.containers.run(image, ['echo', 'hello'], remove=True).decode()
try:
    client.containers.run(image, ['sh', '-c', 'echo bad >&2; exit 7'], remove=True)
except docker.errors.ContainerError as error:
    said['exit'] = [error.exit_status, error.stderr.decode()]
network = client.networks.create('pier', driver='bridge', labels={'of': 'python'})
volume = client.volumes.create('crates', labels={'of': 'python'})
c = client.containers.run(image, ['sh', '-c', 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done'], detach=True, name='crane',
    network='pier', volumes={'crates': {'bind': '/crates', 'mode': 'rw'}}, environment={'A': 'b c'}, labels={'k': 'v'},
    mem_limit='64m', ulimits=[docker.types.Ulimit(name='nofile', soft=512, hard=1024)], read_only=False)
said['first'] = next(c.logs(stream=True, follow=True)).decode()
code, out = c.exec_run(['sh', '-c', 'echo $A; ulimit -n; echo oops >&2'], demux=True)
said['exec'] = [code, out[0].decode(), out[1].decode()]
data = io.BytesIO()
with tarfile.open(fileobj=data, mode='w') as tar:
    info = tarfile.TarInfo('manifest.txt'); info.size = 5; tar.addfile(info, io.BytesIO(b'crate'))
c.put_archive('/crates', data.getvalue())
stream, stat = c.get_archive('/crates/manifest.txt')
tar = tarfile.open(fileobj=io.BytesIO(b''.join(stream)))
said['archive'] = [stat['name'], stat['size'], tar.extractfile('manifest.txt').read().decode()]
said['stats'] = sorted(c.stats(stream=False).keys())[:3]
said['top'] = len(c.top()['Processes']) >= 1
c.pause(); c.reload(); said['paused'] = c.status
c.unpause(); c.update(mem_limit='96m', memswap_limit='192m'); c.reload()
said['update'] = c.attrs['HostConfig']['Memory']
c.rename('winch'); c.reload(); said['name'] = c.name
said['diff'] = [d['Path'] for d in (c.diff() or []) if 'crates' in d['Path']]
c.stop(timeout=5); said['code'] = c.wait()['StatusCode']
made = c.commit(repository='made', tag='1', changes=['ENV X=y', 'CMD ["env"]'])
said['commit'] = 'X=y' in client.containers.run('made:1', remove=True).decode()
said['listed'] = [x.name for x in client.containers.list(all=True, filters={'label': 'k=v'})]
c.remove(v=True); network.remove(); volume.remove()
client.images.remove('made:1')
said['history'] = len(client.images.get(image).history()) >= 1
said['df'] = sorted(client.df().keys())
events = client.events(since=0, until=2000000000 if False else __import__('time').time().__int__() + 1, decode=True, filters={'type': 'network', 'event': 'destroy'})
said['events'] = [e['Actor']['Attributes']['name'] for e in events]
print(json.dumps(said))
`

onEachEngine('python3-docker', (subject) => {
  test('lives through a container with it [01.01]', async () => {
    const done = await run('/usr/bin/python3', ['-c', SCRIPT, subject.busybox], {
      env: { DOCKER_HOST: `unix://${subject.engine.socket}` },
    })
    expect(done, done.stderr).toMatchObject({ code: 0 })
    const said = JSON.parse(done.stdout)
    expect(said).toMatchObject({
      ping: true,
      run: 'hello\n',
      exit: [7, 'bad\n'],
      first: 'up\n',
      exec: [0, 'b c\n512\n', 'oops\n'],
      archive: ['manifest.txt', 5, 'crate'],
      top: true,
      paused: 'paused',
      update: 96 * 1024 * 1024,
      name: 'winch',
      code: 3,
      commit: true,
      listed: ['winch'],
      history: true,
    })
    expect(said.df).toEqual(
      expect.arrayContaining(['BuildCache', 'Containers', 'Images', 'LayersSize', 'Volumes']),
    )
    expect(said.events).toContain('pier')
  })
})
