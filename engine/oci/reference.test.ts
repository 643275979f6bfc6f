import { describe, expect, it } from 'vitest'
import { familiarReference, formatReference, parseReference, withDefaultTag } from './reference.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('parseReference', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest', 'localhost:5000/app:latest'],
    ['127.0.0.1:5000/a/b:c', '127.0.0.1:5000/a/b:c', '127.0.0.1:5000/a/b:c'],
    ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
    ['ghcr.io/a/b', 'ghcr.io/a/b:latest', 'ghcr.io/a/b:latest'],
    ['Host/app', 'Host/app:latest', 'Host/app:latest'],
    [`busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`, `busybox@${DIGEST}`],
    [`a.b/c:1@${DIGEST}`, `a.b/c:1@${DIGEST}`, `a.b/c:1@${DIGEST}`],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest', 'a__b/c-d.e:latest'],
  ])('%s is %s', (text, full, short) => {
    const reference = withDefaultTag(parseReference(text))
    expect(formatReference(reference)).toBe(full)
    expect(familiarReference(reference)).toBe(short)
    expect(parseReference(full)).toEqual(reference)
  })

  it.each([
    ['', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    [`a:${'t'.repeat(129)}`, 'invalid reference format'],
    ['a@sha256:12', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['a/', 'invalid reference format'],
    ['../a', 'invalid reference format'],
    ['Busybox', 'repository name (library/Busybox) must be lowercase'],
    ['a'.repeat(256), 'must not be more than 255 characters'],
    ['f'.repeat(64), 'cannot specify 64-byte hexadecimal strings'],
  ])('refuses "%s"', (text, words) => {
    expect(() => parseReference(text)).toThrow(words)
  })
})
