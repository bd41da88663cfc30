/**
 * Splits a field path. V1 takes the text as one name; in V2 dots lead into nested fields, and backticks around a step
 * keep dots in its name. A backtick within such a step is escaped by a backslash where a dot follows it.
 * Throws Error with the reason when backticks don't pair.
 */
export function parseFieldPath(path: string, version: 'V1' | 'V2'): readonly string[] {
  if (version === 'V1') return [path]
  const steps: string[] = []
  let start = 0
  while (start <= path.length) {
    if (path[start] !== '`') {
      const dot = path.indexOf('.', start)
      const end = dot < 0 ? path.length : dot
      steps.push(path.slice(start, end))
      start = end + 1
      continue
    }
    const end = closingBacktick(path, start + 1)
    if (end < 0)
      throw new Error(
        `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${start} to escape it`,
      )
    steps.push(path.slice(start + 1, end).replaceAll('\\`.', '`.'))
    start = end + 2
  }
  return steps
}

/** Only a backtick before a dot or the end closes a step; at the end it can't be escaped. */
function closingBacktick(path: string, from: number): number {
  for (let i = path.indexOf('`', from); i >= 0; i = path.indexOf('`', i + 1)) {
    if (i === path.length - 1) return path[i - 1] === '\\' ? -1 : i
    if (path[i + 1] === '.' && path[i - 1] !== '\\') return i
  }
  return -1
}
