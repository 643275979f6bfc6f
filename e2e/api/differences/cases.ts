/** Cases of one suite that differ for one reason, as lines of a table of differences. */
export function cases(
  suite: string,
  why: string,
  titles: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(titles.map((title) => [`${suite} > ${title}`, why]))
}
