/**
 * What is typed at the real docker CLI. Each step is a line of shell; `$IMAGE` is busybox in the registry,
 * `$REGISTRY` the registry, `$PORT` a free port of loopback. The steps of a case share their containers, and what
 * they leave is removed.
 */

/** Why and how our answer may differ from dockerd's; `ours` must match our output (code and text). */
export interface Difference {
  readonly why: string
  readonly ours: RegExp
}

/** One line and how to compare it. */
export interface Step {
  readonly line: string
  /** The exit code that both must give; else only that both give the same. */
  readonly code?: number
  /**
   * text: code and output are equal once ids and times are named. lines: the same in any order. code: only the
   * code, and both must contain `contains`. keys: JSON whose keys (any depth) must all be in ours.
   */
  readonly compare?: 'text' | 'lines' | 'code' | 'keys'
  readonly contains?: string
  readonly differs?: Difference
  /** Keys of dockerd's JSON that ours leaves out on purpose, with the reason. */
  readonly without?: { readonly keys: RegExp; readonly why: string }
}

/** Steps that belong together. */
export interface Case {
  readonly name: string
  readonly steps: readonly (Step | string)[]
}

const WORDS = 'the runtime words it: Debian’s dockerd uses runc, Longshore prefers crun'

/** A terminal for the CLI: `script` gives one and passes the exit code on. Keys are typed after a moment. */
const tty = (command: string, keys: string) =>
  `(sleep 0.7; printf '${keys}'; sleep 0.5) | script -qec "${command}" /dev/null`

export const CASES: readonly Case[] = [
  {
    name: 'about',
    steps: [
      "docker version --format '{{.Server.Os}}/{{.Server.Arch}}'",
      { line: 'docker version', compare: 'code', contains: 'API version', code: 0 },
      "docker info --format '{{.OSType}} {{.Architecture}} {{.ContainersRunning}} {{.Swarm.LocalNodeState}} {{.NCPU}}'",
      { line: 'docker info', compare: 'code', contains: 'Server Version', code: 0 },
      { line: 'docker -H unix:///no/such.sock ps', code: 1 },
      {
        line: 'docker info --format "{{json .}}"',
        compare: 'keys',
        without: {
          keys: /^\.(KernelMemory(TCP)?|(Containerd|Runc|Init)Commit\.Expected|DefaultAddressPools.*)$/,
          why: 'gone from the API since 1.42 and 1.48; address pools come with networks of one’s own',
        },
      },
    ],
  },
  {
    name: 'images',
    steps: [
      { line: 'docker rmi -f $REGISTRY/layered:1 2>&1 | sort | tail -0' },
      {
        // dockerd drops some of its "Verifying Checksum" lines when it is quick.
        line: 'out=$(docker pull $REGISTRY/layered:1); code=$?; echo "$out" | grep -v "Verifying Checksum"; exit $code',
        compare: 'lines',
        code: 0,
      },
      { line: 'docker pull $REGISTRY/layered:1', compare: 'lines', code: 0 },
      { line: 'docker pull -q $REGISTRY/layered:1', code: 0 },
      { line: 'docker pull $REGISTRY/nobody:1', code: 1 },
      { line: 'docker pull UPPER:1', code: 1 },
      { line: 'docker images $REGISTRY/layered', code: 0 },
      { line: "docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' $REGISTRY/layered", code: 0 },
      { line: 'docker images -q --no-trunc $REGISTRY/layered', code: 0 },
      {
        line: "docker image inspect --format '{{.Config.Entrypoint}} {{.Config.Cmd}} {{.Id}}' $REGISTRY/layered:1",
      },
      {
        line: 'docker image inspect $REGISTRY/layered:1',
        compare: 'keys',
        without: {
          keys: /^\[\]\.(VirtualSize|Container|ContainerConfig(\..*)?|GraphDriver\.Data\..*)$/,
          why: 'gone from the API since 1.44 and 1.45; where layers lie is no contract',
        },
      },
      {
        line: 'docker image inspect nobody:1',
        code: 1,
        compare: 'code',
        contains: 'No such image: nobody:1',
      },
      { line: 'docker tag $IMAGE renamed:2 && docker images renamed && docker rmi renamed:2', code: 0 },
      { line: 'docker rmi renamed:2', code: 1, compare: 'code', contains: 'No such image: renamed:2' },
      { line: 'docker history --format "{{.CreatedBy}}" $REGISTRY/layered:1', code: 0 },
      { line: 'tar -cf - -C /etc hostname | docker import -c "CMD [\\"x\\"]" - imported:1', code: 0 },
      { line: "docker image inspect --format '{{.Config.Cmd}} {{.Comment}}' imported:1", code: 0 },
      { line: 'docker rmi imported:1', code: 0 },
    ],
  },
  {
    name: 'run: exit codes',
    steps: [
      { line: 'docker run --rm $IMAGE true', code: 0 },
      { line: 'docker run --rm $IMAGE false', code: 1 },
      { line: 'docker run --rm $IMAGE sh -c "exit 42"', code: 42 },
      { line: 'docker run --rm --name self $IMAGE sh -c "kill -9 -1; exit 3"' },
      { line: 'docker run --rm --init $IMAGE sh -c "kill -9 \\$\\$"', compare: 'code', contains: '' },
      {
        line: 'docker run -d --name victim $IMAGE sleep 1000 >/dev/null; docker kill victim; docker wait victim',
        code: 0,
      },
      {
        line: 'docker run -d --name term $IMAGE sh -c "trap \\"exit 143\\" TERM; while :; do sleep 0.05; done" >/dev/null; sleep 0.5; docker stop term; docker wait term',
      },
      {
        line: 'docker run --rm $IMAGE nosuchprogram',
        code: 127,
        differs: {
          why: WORDS,
          ours: /docker: Error response from daemon: .*nosuchprogram.*(not found|no such file)/s,
        },
      },
      {
        line: 'docker run --rm $IMAGE /no/such/program',
        code: 127,
        differs: {
          why: WORDS,
          ours: /docker: Error response from daemon: .*\/no\/such\/program.*no such file/is,
        },
      },
      {
        line: 'docker run --rm $IMAGE /etc/passwd',
        code: 126,
        differs: { why: WORDS, ours: /docker: Error response from daemon: .*permission denied/is },
      },
      { line: 'docker run --rm --nosuchflag $IMAGE true', code: 125 },
      { line: 'docker run --rm $REGISTRY/nobody:1 true', code: 125 },
      { line: 'docker run --rm -w relative $IMAGE true', code: 125 },
      { line: 'docker run --rm --name "not ok" $IMAGE true', code: 125 },
      { line: 'docker run --rm -v /a:relative $IMAGE true', code: 125 },
      { line: 'docker run --rm --network nosuch $IMAGE true', code: 125 },
      { line: 'docker run --rm -m 1k $IMAGE true', code: 125 },
      {
        line: 'docker run --rm -u nobodyhere $IMAGE true',
        code: 125,
        compare: 'code',
        contains: 'nobodyhere',
      },
      {
        line: 'docker ps -aq',
        code: 0,
        differs: { why: 'failed runs with --rm leave nothing', ours: /^0\n/ },
      },
    ],
  },
  {
    name: 'run: options',
    steps: [
      'docker run --rm -e A=1 -e B="two words" $IMAGE sh -c \'echo "$A,$B"\'',
      'docker run --rm -w /tmp $IMAGE pwd',
      'docker run --rm -w /not/there/yet $IMAGE pwd',
      'docker run --rm -u 1000:1001 $IMAGE id',
      'docker run --rm -u app $IMAGE id',
      'docker run --rm --hostname harbour $IMAGE sh -c "hostname; cat /etc/hostname; grep -c harbour /etc/hosts"',
      'docker run --rm --entrypoint echo $IMAGE over',
      'docker run --rm --entrypoint "" $REGISTRY/layered:1 cat /data/last',
      'docker run --rm $REGISTRY/layered:1',
      'docker run --rm $REGISTRY/layered:1 other words',
      'docker run --rm --network none $IMAGE sh -c "ip -o -4 addr | wc -l"',
      'docker run --rm --network host $IMAGE sh -c "grep -c eth0 /proc/net/dev"',
      'docker run --rm --network bridge $IMAGE sh -c "ip route | grep -c ^default"',
      'docker run --rm -v hold:/v $IMAGE sh -c "echo cargo > /v/x" && docker run --rm -v hold:/v:ro $IMAGE cat /v/x && docker volume rm hold',
      'docker run --rm -v /etc/hostname:/h:ro $IMAGE sh -c "test -s /h && echo there; echo x > /h"',
      'docker run --rm --tmpfs /scratch:size=1m $IMAGE sh -c "df -k /scratch | tail -1 | tr -s \\" \\" | cut -d\\" \\" -f2"',
      'docker run --rm --read-only $IMAGE touch /x',
      'docker run --rm $IMAGE sh -c "echo out; echo err >&2"',
      'echo typed | docker run --rm -i $IMAGE cat',
      'head -c 3000000 /dev/zero | docker run --rm -i $IMAGE wc -c',
      'docker run --rm $IMAGE sh -c "head -c 3000000 /dev/zero" | wc -c',
      'docker run --rm -m 64m $IMAGE cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null',
      'docker run --rm --cap-drop ALL $IMAGE grep CapEff /proc/self/status',
      'docker run --rm $IMAGE grep -E "CapEff|CapBnd|NoNewPrivs|^Seccomp:" /proc/self/status',
      {
        line: 'docker run --rm --privileged $IMAGE grep -E "^Seccomp:" /proc/self/status',
        differs: {
          why: 'dockerd fails where it lacks a capability itself; ours gives what it has',
          ours: /^0\nSeccomp:\s+0/,
        },
      },
      'docker run --rm --ulimit nofile=100:200 $IMAGE sh -c "ulimit -Sn; ulimit -Hn"',
      'docker run --rm --init $IMAGE sh -c "ps -o pid,comm | grep -c \\"^ *1 \\""',
      'docker run --rm --add-host far:10.1.2.3 $IMAGE grep far /etc/hosts',
      'docker run --rm --dns 10.9.8.7 $IMAGE cat /etc/resolv.conf',
      {
        line: 'docker run --rm $IMAGE sh -c "ls /dev | sort | tr \\"\\\\n\\" \\" \\""',
        differs: {
          why: 'crun makes /dev/core, runc does not',
          ours: /^0\n(core )?fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero/,
        },
      },
      {
        line: 'docker run --rm $IMAGE sh -c "cut -d\\" \\" -f2,3 /proc/mounts | grep -vE \\"cgroup|firmware|powercap|^/etc|^/ \\" | sort"',
        differs: {
          why: 'crun masks files with /dev/null (devtmpfs) where runc uses tmpfs; interrupts are masked as by Docker since 27.4',
          ours: /^0\n(?=.*\/proc\/acpi tmpfs)(?=.*\/proc\/interrupts)(?=.*\/proc\/keys)(?=.*\/proc\/sys proc)(?=.*\/proc\/timer_list)(?=.*\/sys sysfs)/s,
        },
      },
    ],
  },
  {
    name: 'run: published port',
    steps: [
      'docker run -d --name web -p 127.0.0.1:$PORT:80 $IMAGE httpd -f -p 80 -h /var/www',
      'for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://127.0.0.1:$PORT/ && break; sleep 0.2; done',
      'docker port web',
      "docker ps --format '{{.Names}} {{.Ports}} {{.Image}} {{.Command}}'",
      {
        line: 'docker run --rm -p 127.0.0.1:$PORT:80 $IMAGE true',
        code: 125,
        differs: {
          why: 'our words for the same failure',
          ours: /docker: Error response from daemon: .*\$PORT.*(in use|allocated)/is,
        },
      },
      'docker rm -f web',
      { line: 'wget -qO- -T 1 -t 1 http://127.0.0.1:$PORT/', compare: 'code', contains: '' },
    ],
  },
  {
    name: 'terminals',
    steps: [
      {
        line: tty('docker run --rm -it $IMAGE sh', 'stty size; exit 9\\n'),
        compare: 'code',
        contains: 'stty size; exit 9',
        code: 9,
      },
      { line: 'docker run -d -it --name term $IMAGE sh', code: 0 },
      {
        line: tty('docker exec -it term sh', 'tty; exit 4\\n'),
        compare: 'code',
        contains: '/dev/pts/',
        code: 4,
      },
      {
        line: tty('docker attach term', "echo held\\n'; sleep 0.5; printf '\\020\\021"),
        compare: 'code',
        contains: 'held',
      },
      { line: "docker inspect --format '{{.State.Running}} {{.Config.Tty}}' term", code: 0 },
      { line: tty('docker attach term', 'exit 6\\n'), compare: 'code', contains: 'exit 6', code: 6 },
      { line: 'docker wait term', code: 0 },
      { line: 'docker exec -it term sh < /dev/null', code: 1, compare: 'code', contains: '' },
      { line: 'docker run -t --rm $IMAGE sh -c "echo raw"', code: 0 },
    ],
  },
  {
    name: 'logs',
    steps: [
      'docker run -d --name talk $IMAGE sh -c "for i in 1 2 3 4 5; do echo line \\$i; done; sleep 0.3; echo oops >&2; sleep 1; echo last" > /dev/null; docker wait talk',
      'docker logs talk',
      'docker logs --tail 2 talk 2>/dev/null',
      'docker logs --tail 0 talk',
      'docker logs -t talk 2>&1 | wc -l',
      'docker logs -t --tail 1 talk',
      'docker logs --since 1h talk 2>&1 | wc -l',
      'docker logs --since 2099-01-01T00:00:00Z talk',
      'docker logs --until 1h talk',
      'docker logs -f talk',
      'docker run -d --name more $IMAGE sh -c "echo one; sleep 1; echo two" > /dev/null; docker logs -f more',
      { line: 'docker logs nobody', code: 1 },
    ],
  },
  {
    name: 'exec',
    steps: [
      'docker run -d --name host $IMAGE sleep 1000 > /dev/null',
      { line: 'docker exec host echo hello', code: 0 },
      { line: 'docker exec host sh -c "echo out; echo err >&2; exit 7"', code: 7 },
      { line: 'docker exec host sh -c "kill -9 \\$\\$"', code: 137 },
      { line: 'docker exec -e A=b -w /tmp -u 1000 host sh -c "echo \\$A; pwd; id -u"', code: 0 },
      { line: 'echo through | docker exec -i host cat', code: 0 },
      { line: 'head -c 1000000 /dev/zero | docker exec -i host wc -c', code: 0 },
      { line: 'docker exec -d host touch /tmp/detached && sleep 0.5 && docker exec host ls /tmp', code: 0 },
      {
        line: 'docker exec host nosuchprogram',
        differs: {
          why: 'dockerd 20.10 ends with 126 for a program that is not there; later ones, and ours, with 127',
          ours: /^127\n.*nosuchprogram/s,
        },
      },
      {
        line: 'docker exec host /etc/passwd',
        code: 126,
        differs: { why: WORDS, ours: /^126\n.*permission denied/is },
      },
      { line: 'docker exec nobody true', code: 1 },
      {
        line: 'docker stop -t 0 host && docker exec host true',
        code: 1,
        compare: 'code',
        contains: 'is not running',
      },
    ],
  },
  {
    name: 'life',
    steps: [
      'docker create --name life $IMAGE sh -c "echo started; trap \\"exit 3\\" TERM; while :; do sleep 0.05; done"',
      "docker ps -a --format '{{.Names}} {{.Status}}'",
      'docker start life',
      "docker ps --format '{{.Names}} {{.Image}} {{.State}}'",
      { line: 'docker ps', code: 0 },
      { line: 'docker create --name life $IMAGE true', code: 1 },
      { line: 'docker rm life', code: 1 },
      'docker stop life',
      "docker ps -a --format '{{.Names}} {{.Status}}'",
      'docker wait life',
      "docker ps -a --filter status=exited --filter name=life --format '{{.Names}}'",
      'docker start -a life & sleep 1; docker kill -s TERM life; wait $!; echo $?',
      'docker restart -t 0 life',
      'docker kill life',
      { line: 'docker kill life', code: 1 },
      'docker rename life after',
      'docker rm after',
      { line: 'docker rm after', code: 1 },
      { line: 'docker stop nobody', code: 1 },
      { line: 'docker start nobody', code: 1 },
      { line: 'docker wait nobody', code: 1 },
      { line: 'docker inspect nobody', code: 1 },
      'docker run -d --name gone $IMAGE sleep 1000 > /dev/null; docker rm -f gone; docker ps -aq',
      { line: 'docker rm -f nobody' },
    ],
  },
  {
    name: 'inspect',
    steps: [
      'docker run -d --name seen -e A=1 -v hold:/v --label x=y $IMAGE sleep 1000 > /dev/null',
      {
        line: 'docker inspect seen',
        compare: 'keys',
        without: {
          keys: /^\[\]\.(GraphDriver\.Data\..*|HostConfig\.KernelMemory(TCP)?)$/,
          why: 'KernelMemory is gone since API 1.42; where layers lie is no contract',
        },
      },
      "docker inspect --format '{{.Name}} {{.Path}} {{.Args}} {{.Config.Image}} {{.State.Status}} {{.HostConfig.NetworkMode}}' seen",
      "docker inspect --format '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}{{end}}' seen",
      "docker inspect --format '{{json .HostConfig.RestartPolicy}} {{json .HostConfig.LogConfig}}' seen",
      "docker ps --format '{{.Mounts}} {{.Labels}} {{.Networks}}'",
      'docker top seen -o pid,comm | tail -1 | tr -s " " | cut -d" " -f2',
      'docker rm -f seen; docker volume rm hold',
    ],
  },
  {
    name: 'events',
    steps: [
      'SINCE=$(date +%s); docker run --rm --name noted $IMAGE true; sleep 1.2; docker events --since $SINCE --until $(date +%s) --filter container=noted --format "{{.Type}} {{.Action}}"',
      'timeout -s INT 2 docker events --filter type=volume --format "{{.Action}} {{.Actor.ID}}" & sleep 0.7; docker volume create heard > /dev/null; docker volume rm heard > /dev/null; wait',
    ],
  },
  {
    name: 'volumes',
    steps: [
      'docker volume create hold',
      'docker volume create --label cargo=grain labelled',
      "docker volume ls --format '{{.Driver}} {{.Name}} {{.Labels}}'",
      'docker volume ls -q --filter label=cargo',
      { line: 'docker volume inspect hold', compare: 'keys' },
      "docker volume inspect --format '{{.Name}} {{.Driver}} {{.Scope}} {{.Labels}}' labelled",
      { line: 'docker volume create "no spaces"', code: 1 },
      {
        line: 'docker run -d --name holder -v hold:/v $IMAGE sleep 1000 > /dev/null; docker volume rm hold',
        code: 1,
      },
      'docker rm -f holder; docker volume rm hold labelled',
      { line: 'docker volume rm hold', code: 1 },
      { line: 'docker volume inspect hold', code: 1 },
    ],
  },
  {
    name: 'networks',
    steps: [
      "docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'",
      "docker network inspect --format '{{.Name}} {{.Driver}} {{.Internal}} {{len .Containers}}' bridge",
      { line: 'docker network inspect bridge', compare: 'keys' },
      { line: 'docker network inspect nosuch', code: 1 },
    ],
  },
]
