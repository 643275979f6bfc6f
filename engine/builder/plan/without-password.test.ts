import { describe, expect, it } from 'vitest'
import { withoutPassword, withoutPasswords } from './without-password.ts'

describe('an address', () => {
  it.each([
    ['https://user:secret@host/x.git', 'https://***@host/x.git'],
    ['https://token@host/x.git', 'https://***@host/x.git'],
    ['http://u:p@rt@host/x', 'http://***@host/x'],
    ['socks5://u:p@host:1', 'socks5://***@host:1'],
    ['ssh://git@host/x.git', 'ssh://git@host/x.git'],
    ['https://host/a@b?c=d@e', 'https://host/a@b?c=d@e'],
    ['git@host:x/y.git', 'git@host:x/y.git'],
  ])('%s is told of as %s', (address, shown) => {
    expect(withoutPassword(address)).toBe(shown)
  })
})

describe('an instruction', () => {
  it.each([
    [
      'ADD --chmod=1 http://u:p@h/x  https://u:q@h/y.git#a /z',
      'ADD --chmod=1 http://***@h/x  https://***@h/y.git#a /z',
    ],
    ['ADD ["http://u:p@h/x","http://u:q@h/y","/z"]', 'ADD ["http://***@h/x","http://***@h/y","/z"]'],
    ["ADD 'http://u:p@h/x' /z", "ADD 'http://***@h/x' /z"],
    ['COPY a@b:c /d', 'COPY a@b:c /d'],
  ])('%s is told of as %s', (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown)
  })
})
