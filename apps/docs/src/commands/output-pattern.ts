/** Whether an output is what a page shows: `…` stands for anything, alone on a line also for several lines or none. */
export function matchesShown(output: string, shown: string): boolean {
  return new RegExp(`^${pattern(shown)}$`).test(output.trimEnd())
}

function pattern(shown: string): string {
  const anyLines = /(?:^|\n)…(?=\n|$)/g
  return shown
    .trimEnd()
    .split(anyLines)
    .map((part) => part.split('…').map(escaped).join('[^\\n]*'))
    .join('(?:[^]*)')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
