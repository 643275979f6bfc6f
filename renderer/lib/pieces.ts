/** Cutting long text into pieces. */

/** Pieces of at most `size` UTF-16 units, never between the halves of a surrogate pair. */
export function cutText(text: string, size: number): readonly string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + size, text.length)
    const last = text.charCodeAt(to - 1)
    if (to < text.length && last >= 0xd800 && last <= 0xdbff && to - from > 1) to -= 1
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}
