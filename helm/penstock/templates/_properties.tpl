{{/* Where the chart mounts what the workers' own connections need. */}}
{{- define "penstock.restTlsFolder" -}}/etc/penstock/tls/rest{{- end }}
{{- define "penstock.kafkaCaFolder" -}}/etc/penstock/tls/kafka-ca{{- end }}
{{- define "penstock.kafkaCertFolder" -}}/etc/penstock/tls/kafka{{- end }}
{{- define "penstock.saslFolder" -}}/etc/penstock/sasl{{- end }}
{{- define "penstock.pluginFolder" -}}/opt/penstock/plugins{{- end }}

{{/* Keys of the connection to Kafka, without prefix, as JSON. */}}
{{- define "penstock.kafkaSecurity" -}}
{{- $keys := dict }}
{{- with .Values.kafka }}
{{- if or .tls.enabled .sasl.mechanism }}
{{- $sasl := ternary "SASL_" "" (not (empty .sasl.mechanism)) }}
{{- $_ := set $keys "security.protocol" (printf "%s%s" $sasl (ternary "SSL" "PLAINTEXT" .tls.enabled)) }}
{{- end }}
{{- if and .tls.enabled .tls.caSecret }}
{{- $_ := set $keys "ssl.truststore.type" "PEM" }}
{{- $_ := set $keys "ssl.truststore.location" (printf "%s/%s" (include "penstock.kafkaCaFolder" $) .tls.caKey) }}
{{- end }}
{{- if and .tls.enabled .tls.certSecret }}
{{- $folder := include "penstock.kafkaCertFolder" $ }}
{{- $_ := set $keys "ssl.keystore.type" "PEM" }}
{{- $_ := set $keys "ssl.keystore.certificate.chain" (printf "${dir:%s:tls.crt}" $folder) }}
{{- $_ := set $keys "ssl.keystore.key" (printf "${dir:%s:tls.key}" $folder) }}
{{- end }}
{{- if .sasl.mechanism }}
{{- $_ := set $keys "sasl.mechanism" .sasl.mechanism }}
{{- $_ := set $keys "sasl.jaas.config" (printf "${dir:%s:%s}" (include "penstock.saslFolder" $) .sasl.key) }}
{{- end }}
{{- end }}
{{- toJson $keys }}
{{- end }}

{{/* Keys of HTTPS, as JSON. */}}
{{- define "penstock.restSecurity" -}}
{{- $keys := dict }}
{{- if .Values.tls.rest.enabled }}
{{- $folder := include "penstock.restTlsFolder" . }}
{{- $prefix := "listeners.https.ssl" }}
{{- $_ := set $keys (printf "%s.keystore.type" $prefix) "PEM" }}
{{- if .Values.tls.rest.combinedKey }}
{{- $_ := set $keys (printf "%s.keystore.location" $prefix) (printf "%s/%s" $folder .Values.tls.rest.combinedKey) }}
{{- else }}
{{- $_ := set $keys (printf "%s.keystore.certificate.chain" $prefix) (printf "${dir:%s:tls.crt}" $folder) }}
{{- $_ := set $keys (printf "%s.keystore.key" $prefix) (printf "${dir:%s:tls.key}" $folder) }}
{{- end }}
{{- $_ := set $keys (printf "%s.truststore.type" $prefix) "PEM" }}
{{- $_ := set $keys (printf "%s.truststore.location" $prefix) (printf "%s/ca.crt" $folder) }}
{{- $_ := set $keys (printf "%s.client.auth" $prefix) .Values.tls.rest.clientAuth }}
{{- $_ := set $keys "rest.advertised.listener" "https" }}
{{- end }}
{{- toJson $keys }}
{{- end }}

{{/* Config providers for connectors and for the keys above, as JSON. */}}
{{- define "penstock.providers" -}}
{{- $keys := dict }}
{{- if .Values.configProviders.enabled }}
{{- $folders := list }}
{{- range .Values.secrets.files }}{{ $folders = append $folders .mountPath }}{{ end }}
{{- if and .Values.tls.rest.enabled (not .Values.tls.rest.combinedKey) }}{{ $folders = append $folders (include "penstock.restTlsFolder" .) }}{{ end }}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.certSecret }}{{ $folders = append $folders (include "penstock.kafkaCertFolder" .) }}{{ end }}
{{- if .Values.kafka.sasl.mechanism }}{{ $folders = append $folders (include "penstock.saslFolder" .) }}{{ end }}
{{- if not $folders }}{{ $folders = list "/etc/penstock/secrets" }}{{ end }}
{{- $_ := set $keys "config.providers" "file,dir,env" }}
{{- range $name, $class := dict "file" "FileConfigProvider" "dir" "DirectoryConfigProvider" }}
{{- $_ := set $keys (printf "config.providers.%s.class" $name) $class }}
{{- $_ := set $keys (printf "config.providers.%s.param.allowed.paths" $name) (join "," $folders) }}
{{- $_ := set $keys (printf "config.providers.%s.param.ttl.ms" $name) (include "penstock.text" $.Values.configProviders.ttlMs) }}
{{- end }}
{{- $_ := set $keys "config.providers.env.class" "EnvVarConfigProvider" }}
{{- $_ := set $keys "config.providers.env.param.allowlist.pattern" .Values.configProviders.envPattern }}
{{- end }}
{{- toJson $keys }}
{{- end }}

{{/* worker.properties: the chart's defaults under the keys of `config`, escaped as Java's properties files are. */}}
{{- define "penstock.properties" -}}
{{- include "penstock.check" . }}
{{- $group := include "penstock.text" (default (include "penstock.fullname" .) (get .Values.config "group.id")) }}
{{- $defaults := dict
  "group.id" $group
  "config.storage.topic" (printf "%s-configs" $group)
  "offset.storage.topic" (printf "%s-offsets" $group)
  "status.storage.topic" (printf "%s-status" $group)
  "rest.authentication.open.paths" "/health"
  "listeners" (printf "%s://:%s" (include "penstock.scheme" .) (include "penstock.text" .Values.rest.port)) }}
{{- range $key := list "listeners" "rest.advertised.host.name" "rest.advertised.port" "rest.advertised.listener" }}
{{- if hasKey $.Values.config $key }}
{{- fail (printf "config: %s is set by the chart, see rest.port and tls.rest" $key) }}
{{- end }}
{{- end }}
{{- $security := include "penstock.kafkaSecurity" . | fromJson }}
{{- range $key, $value := $security }}
{{- range $prefix := list "" "producer." "consumer." "admin." }}
{{- $_ := set $defaults (printf "%s%s" $prefix $key) $value }}
{{- end }}
{{- end }}
{{- if .Values.plugins }}{{ $_ := set $defaults "plugin.path" (include "penstock.pluginFolder" .) }}{{ end }}
{{- $more := merge (include "penstock.restSecurity" . | fromJson) (include "penstock.providers" . | fromJson) }}
{{- if and (not .Values.configProviders.enabled) (contains "${dir:" (toJson (merge (dict) $more $security))) }}
{{- fail "configProviders.enabled=false, but tls.rest or kafka refers to mounted secrets by the provider dir" }}
{{- end }}
{{- $all := merge (dict) .Values.config $defaults $more }}
{{- $lines := list }}
{{- range $key := keys $all | sortAlpha }}
{{- $value := get $all $key }}
{{- if not (kindIs "invalid" $value) }}
{{- $text := include "penstock.text" $value | replace "\\" "\\\\" | replace "\n" "\\n" | replace "\r" "\\r" | replace "\t" "\\t" }}
{{- if hasPrefix " " $text }}{{ $text = printf "\\%s" $text }}{{ end }}
{{- $lines = append $lines (printf "%s=%s" $key $text) }}
{{- end }}
{{- end }}
{{- join "\n" $lines }}
{{- end }}
