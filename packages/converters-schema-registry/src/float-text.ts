/** The double with the fewest digits that is this float: `0.1` and not `0.10000000149011612`. */
export function shortestFloat(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === Math.fround(value)) return shorter
  }
  return value
}
