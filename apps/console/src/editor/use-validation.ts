import type { ConfigInfos, ConnectorConfig } from '@penstock/client'
import { useEffect, useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { isMomentary, isUnreachable } from '../api/problem.ts'
import { retried } from '../api/retry.ts'
import { changesOf } from './config-changes.ts'

const pauseMs = 350

interface Answered {
  /** The latest answer; stays while the next one is on its way. */
  readonly infos: ConfigInfos | null
  readonly error: unknown
  readonly checking: boolean
}

export interface Validation extends Answered {
  /** Asks again, after an error. */
  readonly again: () => void
}

export interface Validated {
  readonly config: ConnectorConfig
  /** A connector that exists, and its config as it is: only the changes are sent, secrets stay where they are. */
  readonly existing: { readonly name: string; readonly base: ConnectorConfig } | null
}

/** Has the config checked as it is typed, once the hand rests. */
export function useValidation({ config, existing }: Validated): Validation {
  const [validation, setValidation] = useState<Answered>({ infos: null, error: undefined, checking: true })
  const [attempt, setAttempt] = useState(1)
  useEffect(() => {
    let current = true
    setValidation((before) => ({ ...before, checking: true }))
    const timer = setTimeout(
      () => {
        // A check changes nothing, so it may as well be made twice.
        const passes = (error: unknown): boolean => current && (isMomentary(error) || isUnreachable(error))
        retried(() => validate(config, existing), { passes })
          .then((infos) => current && setValidation({ infos, error: undefined, checking: false }))
          .catch((error: unknown) => current && setValidation((before) => ({ ...before, error, checking: false })))
      },
      validation.infos === null ? 0 : pauseMs,
    )
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [config, existing?.name, attempt])
  return { ...validation, again: () => setAttempt((before) => before + 1) }
}

function validate(config: ConnectorConfig, existing: Validated['existing']): Promise<ConfigInfos> {
  const plugin = config['connector.class'] ?? ''
  if (existing === null) return connect.validate(plugin, config)
  return connect.validate(plugin, changesOf(existing.base, config), { connector: existing.name })
}
