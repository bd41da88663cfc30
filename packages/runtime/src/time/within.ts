/**
 * What `work` gives, or what `late` gives when `ms` pass first; a `late` that throws is how a caller fails for lateness.
 * The work itself goes on: nobody hears of it any more.
 */
export async function within<T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  }).then(late)
  try {
    return await Promise.race([work, passed])
  } finally {
    clearTimeout(timer)
  }
}
