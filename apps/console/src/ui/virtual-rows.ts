/** Which rows of a long list are drawn. */
export interface VirtualWindow {
  readonly first: number
  /** Not included. */
  readonly end: number
}

/** Rows in sight, and some more on either side so that the keyboard and quick scrolling find them. */
export function visibleRows(
  { scrolled, height, rowHeight, count }: { scrolled: number; height: number; rowHeight: number; count: number },
  overscan = 8,
): VirtualWindow {
  const first = Math.floor(Math.max(0, scrolled) / rowHeight) - overscan
  const end = Math.ceil((Math.max(0, scrolled) + height) / rowHeight) + overscan
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) }
}
