import type { Converter, HeaderConverter } from '@penstock/core'

/** A converter of values as one of headers: the header's name plays no part. */
export function asHeaderConverter(converter: Converter): HeaderConverter {
  return {
    toConnectHeader: (topic, _name, bytes) => converter.toConnectData(topic, bytes),
    fromConnectHeader: (topic, _name, schema, value) => converter.fromConnectData(topic, schema, value),
  }
}
