import type { ConfigInfos } from './description.ts'

/** What a request with a configuration that did not pass is answered; null when it passed. */
export function invalidConfigMessage(infos: ConfigInfos): string | null {
  if (infos.errorCount === 0) return null
  const errors = infos.configs.flatMap(({ value }) => value.errors)
  return [
    `Connector configuration is invalid and contains the following ${infos.errorCount} error(s):`,
    ...errors,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ].join('\n')
}
