/** Longshore's engine without root: what the kernel does not give a user. */
import { EMBEDDED } from './embedded.ts'

export const ROOTLESS: Readonly<Record<string, string>> = {
  ...EMBEDDED,
}
