/** Longshore's mark: two stacked containers seen at an angle, one with its door open. The file is assets/mark.svg. */
export function Mark(props: { readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={props.className}
    >
      <path d="M3.2 8.1 9.6 4.9 20.8 7.3 14.4 10.6zM3.2 8.1v3.6l11.2 2.6v-3.7zM14.4 14.3 20.8 11V7.3" />
      <path d="M4.6 12v4.6l9.8 2.5v-4.8M14.4 19.1 19.4 16.4V11.7M8.2 12.9v4.6M8.2 17.5 5.4 19.6V15.1" />
    </svg>
  )
}
