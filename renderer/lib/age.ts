/** Times as a person reads them. */

/** The time between two instants in its largest unit: `4 s`, `3 min`, `2 h`, `6 d`, `3 mo`, `2 y`. */
export function spanWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h`
  const days = Math.floor(hours / 24)
  if (days < 60) return `${days} d`
  const months = Math.floor(days / 30.44)
  return months < 24 ? `${months} mo` : `${Math.floor(days / 365.25)} y`
}

/** How long ago `iso` was, seen from `now` (milliseconds of the epoch). */
export function ageWords(iso: string, now: number): string {
  return spanWords(now - Date.parse(iso))
}

/** The exact local time, for a hover: `2026-11-23 14:02:11`. */
export function exactTime(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${clockTime(iso)}`
}

/** The local time of day: `14:02:11`. */
export function clockTime(iso: string): string {
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The local time of day with milliseconds, for log lines. */
export function preciseTime(iso: string): string {
  const fraction = /\.(\d{1,3})/.exec(iso)?.[1] ?? '0'
  return `${clockTime(iso)}.${fraction.padEnd(3, '0')}`
}
