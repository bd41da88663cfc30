{{- define "penstock.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* 40 characters: the names of pods and of their revisions are longer, and labels end at 63. */}}
{{- define "penstock.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := include "penstock.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "penstock.headless" -}}
{{- include "penstock.fullname" . }}-workers
{{- end }}

{{- define "penstock.selectorLabels" -}}
app.kubernetes.io/name: {{ include "penstock.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "penstock.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "penstock.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: worker
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "penstock.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "penstock.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "penstock.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* Numbers come as floats: 10000000 must not become 1e+07. */}}
{{- define "penstock.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* worker.properties: the chart's defaults under the keys of `config`, escaped as Java's properties files are. */}}
{{- define "penstock.properties" -}}
{{- $group := include "penstock.text" (default (include "penstock.fullname" .) (get .Values.config "group.id")) }}
{{- $defaults := dict
  "group.id" $group
  "config.storage.topic" (printf "%s-configs" $group)
  "offset.storage.topic" (printf "%s-offsets" $group)
  "status.storage.topic" (printf "%s-status" $group)
  "rest.authentication.open.paths" "/health"
  "listeners" (printf "http://:%s" (include "penstock.text" .Values.rest.port)) }}
{{- range $key := list "listeners" "rest.advertised.host.name" "rest.advertised.port" }}
{{- if hasKey $.Values.config $key }}
{{- fail (printf "config: %s is set by the chart, see rest.port" $key) }}
{{- end }}
{{- end }}
{{- $all := merge (dict) .Values.config $defaults }}
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

{{/* Milliseconds that tasks may take to stop. */}}
{{- define "penstock.checkGracePeriod" -}}
{{- $stopMs := get .Values.config "task.shutdown.graceful.timeout.ms" | default 5000 | int64 }}
{{- if le (mul .Values.terminationGracePeriodSeconds 1000) $stopMs }}
{{- fail (printf "terminationGracePeriodSeconds (%s) must be longer than task.shutdown.graceful.timeout.ms (%d): Kubernetes would kill workers before their tasks have committed" (include "penstock.text" .Values.terminationGracePeriodSeconds) $stopMs) }}
{{- end }}
{{- end }}

{{- define "penstock.probe" -}}
httpGet:
  path: /health
  port: rest
periodSeconds: {{ .periodSeconds }}
timeoutSeconds: {{ .timeoutSeconds }}
failureThreshold: {{ .failureThreshold }}
{{- end }}
