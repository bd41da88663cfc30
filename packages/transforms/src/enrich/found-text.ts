import { DataError, type JsonValue, parseJson } from '@penstock/core'

export const valueFormats = ['json', 'string'] as const
export type ValueFormat = (typeof valueFormats)[number]

/** The value that a text found somewhere stands for. Throws DataError for a text that is not in the format. */
export function foundValue(text: string, format: ValueFormat, where: string): JsonValue {
  if (format === 'string') return text
  try {
    return parseJson(text)
  } catch (cause) {
    throw new DataError(
      'enrich.not_json',
      `what ${where} holds under the key is not JSON; set value.format=string to take it as it is`,
      { cause: cause instanceof RangeError ? cause : undefined },
    )
  }
}
