/**
 * Long-lived children whose pipes the caller keeps: supervisors and attached clients. For a program that is run to its
 * end there is `exec.ts`. Re-exported here so that everything that starts programs goes through this folder.
 */
export { type ChildProcess, execFileSync, spawn } from 'node:child_process'
