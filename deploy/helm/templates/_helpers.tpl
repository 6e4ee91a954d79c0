{{- define "greenlit.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "greenlit.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "greenlit.pod-annotations" -}}
checksum/settings: {{ .Values.settings | toYaml | sha256sum }}
{{- if .Values.scrape }}
prometheus.io/scrape: "true"
prometheus.io/port: "8487"
prometheus.io/path: /metrics
{{- end }}
{{- end }}

{{- define "greenlit.container" -}}
image: {{ include "greenlit.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  - configMapRef: {name: {{ .Release.Name }}-settings}
ports:
  - {name: http, containerPort: 8484}
  - {name: metrics, containerPort: 8487}
startupProbe:
  httpGet: {path: /health, port: http}
  periodSeconds: 2
  timeoutSeconds: 6
  failureThreshold: 60
# The process alone: no start brings a database back.
livenessProbe:
  httpGet: {path: /health, port: http}
  periodSeconds: 15
  timeoutSeconds: 6
  failureThreshold: 8
volumeMounts:
  - {name: home, mountPath: /var/lib/greenlit}
  - {name: tmp, mountPath: /tmp}
  - {name: secret, mountPath: /etc/greenlit, readOnly: true}
{{- end }}

{{- define "greenlit.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
- name: secret
  secret:
    secretName: {{ .Values.secret }}
    defaultMode: 0440
{{- end }}
