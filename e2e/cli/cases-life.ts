/** More of a container's life: limits that change, health, restarts, prune, and the long names of commands. */
import type { Case } from './cases.ts'

export const LIFE_CASES: readonly Case[] = [
  {
    name: 'the long names [02.12]',
    steps: [
      'docker container create --name long $IMAGE sleep 1000 > /dev/null; docker container start long',
      "docker container ls --format '{{.Names}}'",
      "docker container inspect --format '{{.State.Status}}' long",
      'docker container pause long; docker container ls --format "{{.State}}"; docker container unpause long',
      { line: 'docker container rm long', code: 1 },
      'docker container stop -t 0 long',
      'docker container rm long',
      'docker container ls -aq',
    ],
  },
  {
    name: 'update and limits [24.08] [24.09]',
    steps: [
      'docker run -d --name bound --memory 64m --cpus 0.5 --pids-limit 50 $IMAGE sleep 1000 > /dev/null',
      "docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' bound",
      'docker update --memory 96m --memory-swap 96m --restart on-failure:3 bound',
      "docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.RestartPolicy}}' bound",
      { line: 'docker update --memory 1k bound', code: 1 },
      { line: 'docker update --memory 64m nobody', code: 1 },
      "docker stats --no-stream --format '{{.Name}} {{.PIDs}}' bound",
      'docker rm -f bound',
    ],
  },
  {
    name: 'health [02.10] [08.25] [08.26]',
    steps: [
      'docker run -d --name well --health-cmd "test -e /well" --health-interval 200ms --health-retries 2 $IMAGE sh -c "sleep 1; touch /well; sleep 1000" > /dev/null',
      'for i in $(seq 100); do docker inspect --format "{{.State.Health.Status}}" well | grep -qx healthy && break; sleep 0.1; done; docker ps --format "{{.Status}}" | sed "s/Up .* (/Up (/"',
      'docker ps -q --filter health=healthy | wc -l',
      "docker inspect --format '{{.Config.Healthcheck.Test}} {{.Config.Healthcheck.Retries}} {{.State.Health.FailingStreak}}' well",
      'docker rm -f well',
      "docker run -d --name none --no-healthcheck $IMAGE sleep 1000 > /dev/null; docker inspect --format '{{.Config.Healthcheck.Test}} {{.State.Health}}' none; docker rm -f none",
    ],
  },
  {
    name: 'restart policies [03.08]',
    steps: [
      'docker run -d --name again --restart on-failure:2 $IMAGE sh -c "exit 3" > /dev/null; docker wait again; sleep 1; docker inspect --format "{{.RestartCount}} {{.State.ExitCode}} {{.State.Status}}" again',
      'docker rm again',
      'docker run -d --name always --restart always $IMAGE sleep 1000 > /dev/null; docker stop -t 0 always; docker inspect --format "{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}" always; docker rm always',
      { line: 'docker run --rm --restart always $IMAGE true', code: 125 },
    ],
  },
  {
    name: 'prune [02.17] [05.10]',
    steps: [
      'docker run --name p1 $IMAGE true; docker run --name p2 --label keep=1 $IMAGE true; docker container prune -f --filter label!=keep | grep -c "^[0-9a-f<]"; docker ps -a --format "{{.Names}}"',
      'docker container prune -f > /dev/null; docker ps -aq | wc -l',
      'docker volume create idle > /dev/null; docker volume prune -af > /dev/null 2>&1 || docker volume prune -f > /dev/null; docker volume ls -q | wc -l',
      'docker image prune -f | tail -1',
      'docker network prune -f',
    ],
  },
]
