import { usageError } from '../failure.ts'

/** `key=value` of `--set`; the value may be empty and may hold more signs of equality. */
export function parseSettings(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=')
      if (at <= 0) throw usageError(`"${setting}" is no KEY=VALUE`)
      return [setting.slice(0, at), setting.slice(at + 1)]
    }),
  )
}
