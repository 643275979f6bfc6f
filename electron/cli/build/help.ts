/** What `longshore build --help` says. */
export const BUILD_HELP = `Build an image from a Dockerfile.

  longshore build [options] PATH | URL | -

The context
  -f, --file FILE             the Dockerfile (PATH/Dockerfile); - is standard input
  --build-context NAME=PLACE  another context: a folder, git, http, docker-image://
  --target STAGE              this stage and what it needs
  --platform OS/ARCH          what is built for

What a build is given
  --build-arg NAME[=VALUE]    VALUE left out is the environment's
  --secret id=ID[,src=FILE|,env=NAME]
  --ssh ID[=SOCKET|KEY,...]   an agent for RUN --mount=type=ssh
  --label NAME=VALUE
  --annotation [manifest|index[,...]:]NAME=VALUE
  --add-host NAME:ADDRESS     --network default|none|host|NAME
  --shm-size, -m/--memory, --memory-swap, -c/--cpu-shares, --cpu-period, --cpu-quota,
  --cpuset-cpus, --cpuset-mems, --ulimit, --cgroup-parent
  --allow security.insecure|network.host

What comes of it
  -t, --tag NAME[:TAG]        may be given several times
  -o, --output DEST           a folder; or type=local|tar|oci|docker|image|registry,dest=...
  --load, --push              an image in the store (as it is without -o); pushed
  --squash                    one layer on top of the base
  --iidfile FILE, --metadata-file FILE

The cache
  --no-cache, --no-cache-filter STAGES, --pull
  --cache-from PLACE, --cache-to PLACE

How it is told
  --progress auto|plain|tty|rawjson
  -q, --quiet                 the image's id, and nothing else
  --check                     what is to be said of the Dockerfile, without building
  -H, --host ADDRESS          the engine; DOCKER_HOST, else the embedded one
`
