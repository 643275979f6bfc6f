import { expect, test } from 'vitest'
import { breakCommand } from './break-command.ts'

test('a flag a line, the image and its command last', () => {
  expect(breakCommand("docker run -d --name web -e 'A=b c' -p 127.0.0.1:80:80 nginx sh -c 'x -y'")).toBe(
    ['docker run -d', '--name web', "-e 'A=b c'", '-p 127.0.0.1:80:80', "nginx sh -c 'x -y'"].join(' \\\n  '),
  )
})

test('a short line stays as it is', () => {
  expect(breakCommand('docker run -d nginx')).toBe('docker run -d nginx')
})

test('a value that reads like the image or like a flag is still a value', () => {
  expect(breakCommand('docker run -dit --rm --name nginx -e --rm=1 nginx')).toBe(
    ['docker run -dit', '--rm', '--name nginx', '-e --rm=1', 'nginx'].join(' \\\n  '),
  )
})
