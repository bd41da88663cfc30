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

{{/* Not of the workers alone: the pod of the Job has them too, but for the component. */}}
{{- define "penstock.instanceLabels" -}}
app.kubernetes.io/name: {{ include "penstock.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "penstock.selectorLabels" -}}
{{ include "penstock.instanceLabels" . }}
app.kubernetes.io/component: worker
{{- end }}

{{- define "penstock.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "penstock.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "penstock.labels" -}}
{{ include "penstock.commonLabels" . }}
app.kubernetes.io/component: worker
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

{{- define "penstock.scheme" -}}
{{- ternary "https" "http" .Values.tls.rest.enabled }}
{{- end }}

{{/* The job label of metrics: the alerts look for "penstock" in it. */}}
{{- define "penstock.job" -}}
{{- $name := include "penstock.fullname" . }}
{{- contains "penstock" $name | ternary $name (printf "penstock-%s" $name) }}
{{- end }}

{{/* By this key in its config a connector is known to belong to this release: nothing else is ever deleted. */}}
{{- define "penstock.ownerKey" -}}penstock.owner{{- end }}
{{- define "penstock.owner" -}}
{{- printf "helm:%s/%s" .Release.Namespace .Release.Name }}
{{- end }}

{{/* Numbers come as floats: 10000000 must not become 1e+07. */}}
{{- define "penstock.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* Whether more than one worker is to be expected. */}}
{{- define "penstock.several" -}}
{{- $least := .Values.replicaCount }}
{{- if .Values.keda.enabled }}{{ $least = .Values.keda.minReplicaCount }}
{{- else if .Values.autoscaling.enabled }}{{ $least = .Values.autoscaling.minReplicas }}
{{- end }}
{{- if gt (int $least) 1 }}yes{{ end }}
{{- end }}

{{/* Seconds that a pod has to stop: its tasks, a sleep before, and 15 for leaving the group and closing connections. */}}
{{- define "penstock.gracePeriod" -}}
{{- $stopMs := get .Values.config "task.shutdown.graceful.timeout.ms" | default 5000 | int64 }}
{{- $sleep := int64 .Values.preStopSleepSeconds }}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds }}
{{- add (div (add $stopMs 999) 1000) $sleep 15 }}
{{- else }}
{{- if le (mul (sub (int64 .Values.terminationGracePeriodSeconds) $sleep) 1000) $stopMs }}
{{- fail (printf "terminationGracePeriodSeconds (%s) must be longer than task.shutdown.graceful.timeout.ms (%d) and preStopSleepSeconds (%d) together: Kubernetes would kill workers before their tasks have committed" (include "penstock.text" .Values.terminationGracePeriodSeconds) $stopMs $sleep) }}
{{- end }}
{{- int64 .Values.terminationGracePeriodSeconds }}
{{- end }}
{{- end }}

{{- define "penstock.probe" -}}
httpGet:
  path: /health
  port: rest
  scheme: {{ include "penstock.scheme" .root | upper }}
periodSeconds: {{ .probe.periodSeconds }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
failureThreshold: {{ .probe.failureThreshold }}
{{- end }}

{{/* What can't work together. */}}
{{- define "penstock.check" -}}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled }}
{{- fail "autoscaling and keda are both enabled: KEDA makes a HorizontalPodAutoscaler of its own, choose one" }}
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.lag) (not .Values.keda.triggers) }}
{{- fail "keda.enabled needs keda.lag or keda.triggers: without them nothing says how many workers are needed" }}
{{- end }}
{{- if and .Values.tls.rest.enabled (not .Values.tls.rest.secretName) }}
{{- fail "tls.rest.enabled needs tls.rest.secretName: a secret with tls.crt, tls.key and ca.crt" }}
{{- end }}
{{- if and .Values.kafka.sasl.mechanism (not .Values.kafka.sasl.secret) }}
{{- fail "kafka.sasl.mechanism needs kafka.sasl.secret: the secret with the JAAS line" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.enabled needs ingress.hosts: [{ host: connect.example, path: /, pathType: Prefix }]" }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled }}
{{- fail "metrics.serviceMonitor and metrics.podMonitor are both enabled: every worker would be counted twice" }}
{{- end }}
{{- range .Values.plugins }}
{{- if eq (empty .image) (empty .npm) }}
{{- fail (printf "plugins: %s needs either image (with path) or npm" .name) }}
{{- end }}
{{- end }}
{{- if and .Values.plugins (hasKey .Values.config "plugin.path") }}
{{- fail "config: plugin.path is set by the chart where plugins are listed" }}
{{- end }}
{{- end }}
