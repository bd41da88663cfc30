import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

export interface ViewHeaderProps {
  readonly title: string
  /** Links to where this view belongs. */
  readonly above?: ComponentChildren
  /** Beside the title. */
  readonly beside?: ComponentChildren
  readonly actions?: ComponentChildren
}

/** Names the view in the page and in the window's title; a view that is opened begins with the focus on its heading. */
export function ViewHeader({ title, above, beside, actions }: ViewHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Penstock`
    if (document.activeElement !== document.body) heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <header class="view-header">
      <div class="view-title">
        {above !== undefined && <nav aria-label="Breadcrumb">{above}</nav>}
        <div class="view-title-row">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {beside}
        </div>
      </div>
      {actions !== undefined && <div class="view-actions">{actions}</div>}
    </header>
  )
}
