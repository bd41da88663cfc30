{{/* How the operator's Prometheus scrapes a pod: of a ServiceMonitor or a PodMonitor. */}}
{{- define "penstock.scrape" -}}
path: /metrics
interval: {{ .monitor.interval }}
scrapeTimeout: {{ .monitor.scrapeTimeout }}
scheme: {{ include "penstock.scheme" .root }}
{{- if .root.Values.tls.rest.enabled }}
tlsConfig:
  ca:
    secret:
      name: {{ .root.Values.tls.rest.secretName }}
      key: ca.crt
  # Pods are scraped by their addresses, the certificate is for their names.
  serverName: {{ printf "scrape.%s.%s.svc" (include "penstock.headless" .root) .root.Release.Namespace }}
{{- end }}
{{- with .monitor.relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
