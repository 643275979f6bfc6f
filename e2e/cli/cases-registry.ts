/** Registries from the command line: accounts, credential helpers, pushes. `$GUARDED` wants an account, `$SPACE` is the engine's own corner of it. */
import { ACCOUNT } from '../fixtures/registry.ts'
import type { Case } from './cases.ts'

const login = (password: string) =>
  `echo ${password} | docker login -u ${ACCOUNT.username} --password-stdin $GUARDED`

/** A credential helper that keeps one account in a file, by docker's protocol for such programs. */
const HELPER = [
  'export DOCKER_CONFIG=$(mktemp -d); export PATH=$DOCKER_CONFIG:$PATH',
  `printf '#!/bin/sh\\ncase $1 in store) cat > $DOCKER_CONFIG/kept;; get) cat $DOCKER_CONFIG/kept;; erase) rm -f $DOCKER_CONFIG/kept;; list) echo {};; esac\\n' > $DOCKER_CONFIG/docker-credential-kept`,
  'chmod +x $DOCKER_CONFIG/docker-credential-kept',
  `echo '{"credsStore":"kept"}' > $DOCKER_CONFIG/config.json`,
].join('; ')

export const REGISTRY_CASES: readonly Case[] = [
  {
    name: 'accounts and pushes [06.04] [06.08]',
    steps: [
      { line: login('wrong'), code: 1, compare: 'code', contains: 'nauthorized' },
      { line: login(ACCOUNT.password), code: 0, compare: 'code', contains: 'Login Succeeded' },
      'docker tag $IMAGE $GUARDED/$SPACE/app:1; docker tag $IMAGE $GUARDED/$SPACE/app:2',
      { line: 'docker push $GUARDED/$SPACE/app:1', code: 0, compare: 'code', contains: '1: digest: sha256:' },
      {
        line: 'docker push $GUARDED/$SPACE/app:1',
        code: 0,
        compare: 'code',
        contains: 'Layer already exists',
      },
      {
        line: 'docker push -a $GUARDED/$SPACE/app',
        code: 0,
        compare: 'code',
        contains: '2: digest: sha256:',
      },
      { line: 'docker push -q $GUARDED/$SPACE/app:2', code: 0 },
      { line: 'docker push $GUARDED/$SPACE/app:3', code: 1 },
      { line: 'docker push $GUARDED/$SPACE/nobody:1', code: 1 },
      'docker rmi $GUARDED/$SPACE/app:1 $GUARDED/$SPACE/app:2 > /dev/null',
      { line: 'docker pull -q $GUARDED/$SPACE/app:1', code: 0 },
      { line: 'docker logout $GUARDED', code: 0 },
      { line: 'docker pull $GUARDED/$SPACE/app:2', code: 1, compare: 'code' },
      'docker rmi $GUARDED/$SPACE/app:1 > /dev/null',
    ],
  },
  {
    name: 'a credential helper [06.08]',
    steps: [
      {
        line: `${HELPER}; ${login(ACCOUNT.password)} && ! grep -q auth\\" $DOCKER_CONFIG/config.json && docker tag $IMAGE $GUARDED/$SPACE/helped:1 && docker push -q $GUARDED/$SPACE/helped:1 && docker rmi $GUARDED/$SPACE/helped:1 > /dev/null && docker pull -q $GUARDED/$SPACE/helped:1; code=$?; docker rmi $GUARDED/$SPACE/helped:1 > /dev/null; rm -r $DOCKER_CONFIG; exit $code`,
        code: 0,
        compare: 'code',
        contains: 'Login Succeeded',
      },
    ],
  },
  {
    name: 'all tags and digests [06.02] [06.03] [05.05]',
    steps: [
      { line: 'docker pull -q -a $REGISTRY/layered', code: 0 },
      { line: "docker images --format '{{.Tag}}' $REGISTRY/layered | sort", code: 0 },
      {
        line: "docker images --digests --format '{{.Repository}} {{.Digest}}' $REGISTRY/layered | sort",
        code: 0,
      },
      {
        line: "docker pull -q $(docker images --digests --format '{{.Repository}}@{{.Digest}}' $REGISTRY/layered | sort | head -1)",
        code: 0,
      },
      'docker rmi -f $(docker images -q $REGISTRY/layered) > /dev/null',
    ],
  },
]
