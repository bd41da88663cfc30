import type { RawConfig } from '@penstock/core'
import { BadRequestError } from '../herder/errors.ts'

/** The config with `name` in it. A config that says another name than the request is refused. */
export function withName(name: string, config: RawConfig): RawConfig {
  const included = config.name ?? null
  if (included === null) return { ...config, name }
  if (included !== name) throw nameMismatch(included, name)
  return config
}

export function nameMismatch(included: string | null, name: string): BadRequestError {
  return new BadRequestError(
    'rest.name_mismatch',
    `Connector name configuration (${included}) doesn't match connector name in the URL (${name})`,
  )
}
