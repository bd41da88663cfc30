import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources'

/** Who tells: our attributes, over which go OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME. */
export function otelResource(attributes: Readonly<Record<string, string>>): Resource {
  return resourceFromAttributes(attributes).merge(detectResources({ detectors: [envDetector] }))
}
