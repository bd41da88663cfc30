import type { ComponentChildren } from 'preact'

export type ScrollBoxProps = { readonly children: ComponentChildren } & (
  | { readonly label: string }
  | { readonly labelledBy: string }
)

/** Holds a table that may be wider than the screen; the keyboard can scroll it. */
export function ScrollBox(props: ScrollBoxProps) {
  const name = 'label' in props ? { 'aria-label': props.label } : { 'aria-labelledby': props.labelledBy }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} {...name}>
      {props.children}
    </section>
  )
}
