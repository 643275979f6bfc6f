import { expect, test } from 'vitest'
import { plainInstruction, shortId, splitTag } from './reference.ts'

test.each([
  ['nginx:1.27', 'nginx', '1.27'],
  ['docker.io/library/nginx:1.27', 'nginx', '1.27'],
  ['127.0.0.1:5000/team/app:2', '127.0.0.1:5000/team/app', '2'],
  ['127.0.0.1:5000/app', '127.0.0.1:5000/app', 'latest'],
])('%s is %s and %s', (reference, name, tag) => expect(splitTag(reference)).toEqual({ name, tag }))

test.each([
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['RUN /bin/sh -c make # buildkit', 'RUN make'],
  [`COPY file:${'a'.repeat(64)} in /bin/busybox `, 'COPY /bin/busybox'],
])('%j reads %j', (createdBy, instruction) => expect(plainInstruction(createdBy)).toBe(instruction))

test('an id is known by twelve digits', () =>
  expect(shortId(`sha256:${'0123456789'.repeat(6)}`)).toBe('012345678901'))
