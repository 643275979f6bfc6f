/** The keys, all in one place. */
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { closeDialog } from './dialogs.tsx'

const GROUPS: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'Command palette'],
      ['Ctrl J', 'Show or hide terminals and logs'],
      ['Ctrl 1 to 7', 'Go to a page'],
      ['/', 'Filter the list'],
      ['?', 'These keys'],
      ['Ctrl V', 'A pasted docker run line opens the run form'],
    ],
  },
  {
    title: 'In a list',
    keys: [
      ['↑ ↓', 'Move'],
      ['Enter', 'Open beside the list'],
      ['Space', 'Select'],
      ['Ctrl A', 'Select all'],
      ['Del', 'Remove'],
      ['Esc', 'Clear the selection, close the detail'],
    ],
  },
  {
    title: 'On a container',
    keys: [
      ['L', 'Logs'],
      ['T', 'Terminal'],
      ['S', 'Start or stop'],
      ['R', 'Restart'],
    ],
  },
  {
    title: 'On a project',
    keys: [
      ['Enter', 'Open it'],
      ['L', 'Logs of all services'],
      ['S', 'Start or stop'],
      ['R', 'Restart'],
      ['Del', 'Take it down'],
    ],
  },
  {
    title: 'In the editor',
    keys: [
      ['Ctrl Space', 'What can be written here'],
      ['Ctrl S', 'Save'],
      ['Ctrl Enter', 'Apply the plan, or build'],
      ['F8', 'Next problem'],
      ['Ctrl M', 'Tab moves on, or indents'],
    ],
  },
  {
    title: 'In logs and terminals',
    keys: [
      ['Ctrl F', 'Find in a log'],
      ['End', 'Follow again'],
      ['Ctrl Shift C', 'Copy from a terminal'],
    ],
  },
]

export function KeysOverlay() {
  return (
    <Dialog open onClose={closeDialog} title="Keys" width={680}>
      <div className="grid min-h-0 grid-cols-2 gap-x-10 gap-y-6 overflow-y-auto px-6 py-5">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1.5 font-semibold">{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={keys} className="flex items-center justify-between gap-4 py-1">
                  <dt className="order-2 shrink-0">
                    <Kbd keys={keys} />
                  </dt>
                  <dd className="text-soft">{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
