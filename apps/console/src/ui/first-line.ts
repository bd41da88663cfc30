/** Of a trace: without the name of the exception's package, which Java puts before it. */
export function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.replace(/^(?:[a-z]\w*\.)+(?=[A-Z]\w*:)/, '')
}
