{{/* Volumes of a worker's pod. */}}
{{- define "penstock.volumes" -}}
- name: config
  configMap:
    name: {{ include "penstock.fullname" . }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmpSizeLimit }}
{{- if .Values.plugins }}
- name: plugins
  emptyDir: {}
{{- end }}
{{- if .Values.tls.rest.enabled }}
- name: rest-tls
  secret:
    secretName: {{ .Values.tls.rest.secretName }}
    defaultMode: 0440
{{- end }}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.caSecret }}
- name: kafka-ca
  secret:
    secretName: {{ .Values.kafka.tls.caSecret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.kafka.tls.caKey }}
        path: {{ .Values.kafka.tls.caKey }}
{{- end }}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.certSecret }}
- name: kafka-tls
  secret:
    secretName: {{ .Values.kafka.tls.certSecret }}
    defaultMode: 0440
{{- end }}
{{- if .Values.kafka.sasl.mechanism }}
- name: kafka-sasl
  secret:
    secretName: {{ .Values.kafka.sasl.secret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.kafka.sasl.key }}
        path: {{ .Values.kafka.sasl.key }}
{{- end }}
{{- range $index, $file := .Values.secrets.files }}
- name: secret-{{ $index }}
  secret:
    secretName: {{ $file.secret }}
    defaultMode: 0440
    {{- with $file.items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "penstock.volumeMounts" -}}
- name: config
  mountPath: /etc/penstock/config
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.plugins }}
- name: plugins
  mountPath: {{ include "penstock.pluginFolder" . }}
  readOnly: true
{{- end }}
{{- if .Values.tls.rest.enabled }}
- name: rest-tls
  mountPath: {{ include "penstock.restTlsFolder" . }}
  readOnly: true
{{- end }}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.caSecret }}
- name: kafka-ca
  mountPath: {{ include "penstock.kafkaCaFolder" . }}
  readOnly: true
{{- end }}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.certSecret }}
- name: kafka-tls
  mountPath: {{ include "penstock.kafkaCertFolder" . }}
  readOnly: true
{{- end }}
{{- if .Values.kafka.sasl.mechanism }}
- name: kafka-sasl
  mountPath: {{ include "penstock.saslFolder" . }}
  readOnly: true
{{- end }}
{{- range $index, $file := .Values.secrets.files }}
- name: secret-{{ $index }}
  mountPath: {{ $file.mountPath }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* An init container for each plugin: what it leaves in plugins/NAME is found by plugin.path. */}}
{{- define "penstock.pluginContainers" -}}
{{- range .Values.plugins }}
- name: plugin-{{ .name }}
  image: {{ default (include "penstock.image" $) .image | quote }}
  imagePullPolicy: {{ $.Values.image.pullPolicy }}
  {{- if .image }}
  command: [sh, -c, 'mkdir -p "$1" && cp -R "$0/." "$1/"', {{ default "/plugin" .path | quote }}, {{ printf "%s/%s" (include "penstock.pluginFolder" $) .name | quote }}]
  {{- else }}
  command: [npm, install, --prefix, {{ printf "%s/%s" (include "penstock.pluginFolder" $) .name | quote }}, --omit=dev, --ignore-scripts, --no-audit, --no-fund, {{ .npm | quote }}]
  env:
    - name: npm_config_cache
      value: /tmp/npm
    {{- with .registry }}
    - name: npm_config_registry
      value: {{ . | quote }}
    {{- end }}
    {{- with .env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- toYaml $.Values.securityContext | nindent 4 }}
  resources:
    {{- toYaml $.Values.resources | nindent 4 }}
  volumeMounts:
    - name: plugins
      mountPath: {{ include "penstock.pluginFolder" $ }}
    - name: tmp
      mountPath: /tmp
{{- end }}
{{- with .Values.extraInitContainers }}
{{ toYaml . }}
{{- end }}
{{- end }}
