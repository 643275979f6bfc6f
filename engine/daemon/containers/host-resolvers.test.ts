import { expect, test } from 'vitest'
import { reachableResolvers } from './host-resolvers.ts'

const stub = 'nameserver 127.0.0.53\nsearch lan\n'

test('a resolver on the host’s loopback is replaced by one that containers reach', () => {
  expect(reachableResolvers(stub, 'nameserver 192.0.2.9\n', '169.254.1.1')).toBe('nameserver 192.0.2.9\n')
  expect(reachableResolvers(stub, '', '169.254.1.1')).toBe('nameserver 169.254.1.1\nsearch lan\n')
  expect(reachableResolvers(stub, '', null)).toBe(stub)
})

test('others stay as they are', () => {
  const mixed = 'nameserver 127.0.0.1\nnameserver 192.0.2.1\n'
  expect(reachableResolvers(mixed, 'nameserver 192.0.2.9\n', '169.254.1.1')).toBe(mixed)
  expect(reachableResolvers('', 'nameserver 192.0.2.9\n', '169.254.1.1')).toBe('')
})
