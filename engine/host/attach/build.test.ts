import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nativeHelper } from '../native-parts.ts'
import { build, prebuiltProgram, sourceHash } from './build.mjs'

const version = (program: string) => execFileSync(program, ['version'], { encoding: 'utf8' })

describe('the native helper', () => {
  it('is built from its source, and found by the engine', () => {
    const { path } = build()
    expect(version(path)).toBe('longshore-native 1\n')
    expect(version(nativeHelper())).toBe('longshore-native 1\n')
  })

  it('is prebuilt of the same source for both architectures', () => {
    const manifest = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../assets/native/manifest.json'), 'utf8'),
    )
    expect(manifest.source).toBe(sourceHash())
    expect(prebuiltProgram(sourceHash(), 'x64')).not.toBeNull()
    expect(prebuiltProgram(sourceHash(), 'arm64')).not.toBeNull()
    expect(version(prebuiltProgram() as string)).toBe('longshore-native 1\n')
  })

  it('ends as its program does when it is an init, and says what it cannot start', () => {
    const run = (...args: string[]) => {
      try {
        execFileSync(nativeHelper(), ['init', '--', ...args], { stdio: 'pipe' })
        return 0
      } catch (error) {
        return (error as { status: number }).status
      }
    }
    expect(run('sh', '-c', 'exit 4')).toBe(4)
    expect(run('sh', '-c', 'kill -9 $$')).toBe(137)
    expect(run('longshore-no-such-program')).toBe(127)
  })
})
