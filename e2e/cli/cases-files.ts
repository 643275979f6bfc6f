/** Files in and out of containers, and images made of them. */
import type { Case } from './cases.ts'

/** A scratch folder of a case; each engine's lines run at the same time, so it is named by the engine's socket. */
const FOLDER = 'W=/tmp/longshore-cli-$(printf %s "$DOCKER_HOST" | md5sum | cut -c1-8); mkdir -p $W; cd $W;'

export const FILE_CASES: readonly Case[] = [
  {
    name: 'cp [02.07]',
    steps: [
      'docker create --name hold $IMAGE sh -c "cat /tmp/in.txt; sleep 1000" > /dev/null',
      `${FOLDER} echo cargo > in.txt; docker cp in.txt hold:/tmp/in.txt; echo $?`,
      `${FOLDER} docker cp hold:/tmp/in.txt out.txt && cat out.txt`,
      'docker cp hold:/etc/passwd - | tar -tf -',
      'docker start hold > /dev/null; docker cp hold:/etc - | tar -tf - | sort',
      `${FOLDER} mkdir -p deep/er; echo x > deep/er/file; ln -sf er/file deep/link; docker cp deep hold:/srv; docker exec hold ls -lR /srv | tr -s ' ' | cut -d' ' -f1,9-`,
      `${FOLDER} docker cp deep/. hold:/root; docker exec hold find /root | sort`,
      `${FOLDER} docker cp -L deep/link hold:/tmp/followed; docker exec hold cat /tmp/followed`,
      `${FOLDER} rm -rf back; docker cp hold:/srv/. back; find back | sort`,
      'printf hello > /dev/null; docker exec hold sh -c "mkfifo /tmp/pipe; ln -s /etc/group /tmp/away"; docker cp hold:/tmp/away - | tar -tvf - | cut -c1-10',
      'docker cp -L hold:/tmp/away - | tar -xOf -',
      { line: 'docker cp hold:/no/such /tmp/never', code: 1 },
      { line: `${FOLDER} docker cp in.txt hold:/no/such/folder/x`, code: 1 },
      { line: `${FOLDER} docker cp in.txt nobody:/x`, code: 1 },
      {
        // The CLI may have begun to send before it sees the target, and complains of that by chance.
        line: `${FOLDER} out=$(docker cp deep hold:/etc/passwd 2>&1); code=$?; echo "$out" | tail -1; exit $code`,
        code: 1,
      },
      'docker stop -t 0 hold > /dev/null; docker cp hold:/root/er/file - | tar -xOf -',
      `docker rm hold > /dev/null; ${FOLDER} cd /; rm -rf $W`,
    ],
  },
  {
    name: 'diff and commit [04.07] [05.03]',
    steps: [
      'docker run --name drift $IMAGE sh -c "echo new > /made; mkdir -p /d/e; echo x > /d/e/f; rm /etc/group; echo more >> /etc/passwd"',
      { line: 'docker diff drift', compare: 'lines' },
      { line: 'docker diff nobody', code: 1 },
      {
        line: 'docker commit -m "what it is" -a me -c "CMD [\\"cat\\", \\"/made\\"]" -c "ENV A=b" drift kept:1',
        code: 0,
      },
      'docker run --rm kept:1',
      "docker image inspect --format '{{.Config.Cmd}} {{.Author}} {{.Comment}} {{len .RootFS.Layers}}' kept:1",
      "docker history --format '{{.CreatedBy}} | {{.Comment}}' kept:1 | head -1",
      'docker run --rm $IMAGE ls /made',
      { line: 'docker commit nobody', code: 1 },
      { line: 'docker commit -c "RUN true" drift', code: 1 },
      'docker rm drift; docker rmi kept:1 | grep -c Untagged',
    ],
  },
  {
    name: 'export, import, save and load [05.08] [05.09] [05.14]',
    steps: [
      'docker create --name whole $IMAGE true > /dev/null; docker export whole | tar -tf - | grep -E "^(bin/busybox|etc/passwd|.dockerenv)$" | sort',
      {
        line: 'docker export whole | docker import -m told -c "CMD [\\"echo\\", \\"hi\\"]" - flat:1',
        code: 0,
      },
      'docker run --rm flat:1',
      "docker image inspect --format '{{.Comment}} {{len .RootFS.Layers}}' flat:1",
      'docker save flat:1 $IMAGE | tar -xOf - manifest.json | tr "," "\\n" | grep -c RepoTags',
      'docker save flat:1 > /tmp/longshore-cli-$$.tar; docker rm whole > /dev/null; docker rmi flat:1 > /dev/null; docker load < /tmp/longshore-cli-$$.tar; rm /tmp/longshore-cli-$$.tar; docker run --rm flat:1',
      'docker save flat:1 | gzip | docker load -q',
      {
        line: 'docker save nobody:1 > /dev/null',
        code: 1,
        differs: { why: 'dockerd does not say which image', ours: /No such image: nobody:1/ },
      },
      {
        line: 'echo rubbish | docker load',
        code: 1,
        differs: {
          why: 'dockerd shows how its own helper process failed',
          ours: /this is not a tar archive/,
        },
      },
      'docker rmi flat:1 | grep -c Untagged',
    ],
  },
]
