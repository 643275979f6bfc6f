/** Longshore's engine as root. What is here is a promise not kept yet. */
export const EMBEDDED: Readonly<Record<string, string>> = {}
