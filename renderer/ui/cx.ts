/** Components that know nothing of containers; the only importer of the component library. This: joining classes. */
import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

// Our type scale must be known as sizes, or `text-13` and `text-muted` would be taken for rivals.
const merge = extendTailwindMerge({
  extend: {
    theme: { text: ['11', '12', '13', '15', '18', '24'], radius: ['control', 'panel'], shadow: ['float'] },
  },
})

/** Joins class names; of two that say the same thing the later wins. */
export function cx(...classes: ClassValue[]): string {
  return merge(clsx(classes))
}
