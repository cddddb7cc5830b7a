/** The systemd units of each host, as text. Their start limits are what the stories run into. */
import type { Host } from '../described.ts'
import { APP_PORT, HOSTS, runsApp } from './layout.ts'

export const TARGET = 'countersign.target'
const UNITS = HOSTS.map((host) => host.unit.replace('.service', ''))
const EXPORTED = `(${[...new Set(UNITS)].join('|')})[.]service`

/** File name in `/etc/systemd/system` -> text, for everything this host runs. */
export function unitsOf(host: Host, node: string): Record<string, string> {
  const own = {
    'cs-ssh.service': ssh(host),
    'cs-node-exporter.service': exporter(host),
    [host.unit]: main(host, node),
  }
  const wants = Object.keys(own).join(' ')
  return {
    ...own,
    [TARGET]: `[Unit]\nDescription=Countersign site host\nRequires=dbus.socket\nWants=${wants}\n`,
  }
}

function main(host: Host, node: string): string {
  if (runsApp(host)) return app(host, node)
  if (host.service === 'haproxy') return haproxy()
  return host.service === 'named' ? daemon('/usr/sbin/named -g -n 1 -c /etc/countersign/named.conf') : knot()
}

const daemon = (command: string) => `[Unit]
DefaultDependencies=no
[Service]
ExecStart=${command}
`

const knot = () => daemon('/usr/sbin/knotd -c /etc/countersign/knot.conf')

const exporter = (host: Host) => `[Unit]
DefaultDependencies=no
After=dbus.socket
[Service]
ExecStart=/usr/bin/prometheus-node-exporter --web.listen-address=${host.address}:9100 \\
  --collector.disable-defaults --collector.systemd --collector.systemd.unit-include=${EXPORTED} \\
  --collector.meminfo --collector.loadavg
`

// UsePAM off and no password: only the key that `up` made opens a session
const ssh = (host: Host) => `[Unit]
DefaultDependencies=no
[Service]
RuntimeDirectory=sshd
ExecStart=/usr/sbin/sshd -D -e -f /dev/null -o ListenAddress=${host.address} -o HostKey=/etc/countersign/hostkey \\
  -o PidFile=none -o AuthorizedKeysFile=/etc/countersign/authorized_keys -o StrictModes=no \\
  -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o UsePAM=no -o UseDNS=no \\
  -o PermitRootLogin=prohibit-password -o MaxStartups=100
Restart=always
`

const app = (host: Host, node: string) => `[Unit]
Description=Hosted app on ${host.name}
DefaultDependencies=no
StartLimitIntervalSec=10
StartLimitBurst=3
[Service]
Environment=HOST=${host.address} PORT=${APP_PORT} NAME=${host.name}
EnvironmentFile=/srv/app/current/env
WorkingDirectory=/srv/app/current
ExecStart=${node} /srv/app/current/app.mjs
Restart=on-failure
RestartSec=200ms
`

const haproxy = () => `[Unit]
DefaultDependencies=no
[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/countersign/haproxy.cfg
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
`
