// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand can't be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the links in the rows have the focus
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { visibleRows } from './virtual-rows.ts'

export interface VirtualListProps<Row> {
  readonly rows: readonly Row[]
  /** Of every row, in px; `narrow` on small screens, where a row has several lines. */
  readonly rowHeight: { readonly wide: number; readonly narrow: number }
  readonly keyOf: (row: Row) => string
  readonly render: (row: Row, index: number) => ComponentChildren
}

const narrowScreens = matchMedia('(max-width: 760px)')

/** The rows of a table that scrolls with the page; only those in sight are in the document. */
export function VirtualList<Row>({ rows, rowHeight, keyOf, render }: VirtualListProps<Row>) {
  const ref = useRef<HTMLDivElement>(null)
  const [narrow, setNarrow] = useState(narrowScreens.matches)
  const height = narrow ? rowHeight.narrow : rowHeight.wide
  const [drawn, setDrawn] = useState({ first: 0, end: 40 })
  const count = rows.length

  useEffect(() => {
    const changed = (): void => setNarrow(narrowScreens.matches)
    narrowScreens.addEventListener('change', changed)
    return () => narrowScreens.removeEventListener('change', changed)
  }, [])

  useLayoutEffect(() => {
    const look = (): void => {
      const top = ref.current?.getBoundingClientRect().top ?? 0
      const next = visibleRows({ scrolled: -top, height: innerHeight, rowHeight: height, count })
      setDrawn((before) => (before.first === next.first && before.end === next.end ? before : next))
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [height, count])

  return (
    <div ref={ref} class="virtual" role="rowgroup" style={{ height: `${count * height}px` }}>
      {rows.slice(drawn.first, drawn.end).map((row, place) => {
        const index = drawn.first + place
        return (
          <div
            key={keyOf(row)}
            class="row"
            role="row"
            aria-rowindex={index + 2}
            style={{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
          >
            {render(row, index)}
          </div>
        )
      })}
    </div>
  )
}
