// How the scripts speak: one short line for each thing done, with the time it took.

/**
 * @param {string} who
 * @param {string} text
 */
export function say(who, text) {
  process.stdout.write(
    `${text
      .split('\n')
      .map((line) => `[${who}] ${line}`)
      .join('\n')}\n`,
  )
}

/**
 * Starts a clock; calling the result gives the time since, such as "3.2 s".
 * @returns {() => string}
 */
export function clock() {
  const from = process.hrtime.bigint()
  return () => `${(Number(process.hrtime.bigint() - from) / 1e9).toFixed(1)} s`
}
