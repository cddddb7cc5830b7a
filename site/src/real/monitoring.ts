/** Prometheus and Alertmanager of the real site: what they scrape, which alerts they raise, whom they tell. */
import type { Host, RealSite } from '../described.ts'
import { HOSTS, runsApp } from './layout.ts'

const target = (host: Host, port: number) => ({
  targets: [`${host.address}:${port}`],
  labels: { host: host.name, service: host.service },
})

/** JSON is YAML: one text that both programs read, without quoting rules of our own. */
export function prometheusConfig(site: RealSite, rules: string): string {
  const job = (job_name: string, static_configs: unknown[]) => ({ job_name, static_configs })
  const lb = HOSTS.filter((host) => host.name === site.loadBalancer.name)
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '900ms', evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(site.alertmanager).host] }] }] },
    scrape_configs: [
      job(
        'node',
        HOSTS.map((host) => target(host, 9100)),
      ),
      job(
        'app',
        HOSTS.filter(runsApp).map((host) => target(host, site.app.port)),
      ),
      job(
        'haproxy',
        lb.map((host) => target(host, 80)),
      ),
    ],
  })
}

/** Every alert carries `host`, `service` and `severity`; a failed unit names its own service. */
export function rulesFile(): string {
  const rule = (alert: string, expr: string, wait: string, service: object, summary: string) => ({
    alert,
    expr,
    for: wait,
    labels: { severity: 'critical', ...service },
    annotations: { summary },
  })
  const named = { service: '{{ $labels.name | reReplaceAll "[.]service$" "" }}' }
  const rules = [
    rule(
      'ServiceUnhealthy',
      'app_healthy == 0',
      '2s',
      {},
      '{{ $labels.service }} on {{ $labels.host }} answers 503',
    ),
    rule(
      'UnitFailed',
      'node_systemd_unit_state{state="failed"} == 1',
      '0s',
      named,
      '{{ $labels.name }} failed on {{ $labels.host }}',
    ),
    rule('HostDown', 'up{job="node"} == 0', '2s', {}, '{{ $labels.host }} is unreachable'),
  ]
  return JSON.stringify({ groups: [{ name: 'hosting', rules }] })
}

export function alertmanagerConfig(site: RealSite): string {
  const authorization = { type: 'Bearer', credentials_file: site.alertmanagerTokenFile }
  const hook = { url: site.webhook, send_resolved: true, http_config: { authorization } }
  return JSON.stringify({
    route: {
      receiver: 'countersign',
      group_by: ['alertname'],
      group_wait: '1s',
      group_interval: '2s',
      repeat_interval: '1m',
    },
    receivers: [{ name: 'countersign', webhook_configs: [hook] }],
  })
}

/** Command lines of both; an empty cluster address keeps Alertmanager from opening a gossip port. */
export function monitoringCommands(site: RealSite, folders: { prometheus: string; alertmanager: string }) {
  return {
    prometheus: [
      '/usr/bin/prometheus',
      `--config.file=${folders.prometheus}/prometheus.yml`,
      `--storage.tsdb.path=${folders.prometheus}/data`,
      '--storage.tsdb.retention.time=1d',
      `--web.listen-address=${new URL(site.prometheus).host}`,
      '--scrape.discovery-reload-interval=1s',
    ],
    alertmanager: [
      '/usr/bin/prometheus-alertmanager',
      `--config.file=${folders.alertmanager}/alertmanager.yml`,
      `--storage.path=${folders.alertmanager}/data`,
      `--web.listen-address=${new URL(site.alertmanager).host}`,
      '--cluster.listen-address=',
    ],
  }
}
