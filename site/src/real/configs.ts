/** Configuration files of the load balancer and the name servers, as text. */
import { APP_PORT, HOSTS, hostCalled, NETWORK, TSIG_NAME, TTL, ZONE } from './layout.ts'

const address = (name: string): string => hostCalled(name)?.address ?? ''

export function haproxyConfig(): string {
  const web = HOSTS.filter((host) => host.roles.includes('web'))
  const servers = web.map((host) => `  server ${host.name} ${host.address}:${APP_PORT} weight 100`)
  return `global
  stats socket /run/haproxy.sock mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  option httpchk GET /healthz
frontend site
  bind ${address('lb1')}:80
  http-request use-service prometheus-exporter if { path /metrics }
  default_backend app
backend app
  default-server check inter 500ms fall 2 rise 2
${servers.join('\n')}
`
}

/** BIND binds only addresses that an interface carries; `notify-delay 0` makes the secondary follow at once. */
export function namedConfig(): string {
  return `include "/etc/countersign/tsig.key";
options {
  directory "/var/lib/countersign";
  listen-on port 53 { ${address('ns1')}; };
  listen-on-v6 { none; };
  pid-file "/run/countersign-named.pid";
  session-keyfile "/run/countersign-named.key";
  recursion no;
  dnssec-validation no;
  notify explicit;
  also-notify { ${address('ns2')}; };
  notify-delay 0;
  allow-transfer { ${NETWORK}; };
};
controls { };
zone "${ZONE}" {
  type primary;
  file "/var/lib/countersign/zone";
  update-policy { grant ${TSIG_NAME} zonesub ANY; };
};
`
}

export function zoneFile(): string {
  return `$TTL ${TTL}
@    IN SOA ns1 hostmaster 1 3600 600 86400 60
@    IN NS ns1
@    IN NS ns2
@    IN MX 10 mail
@    IN TXT "the sample site of Countersign"
ns1  IN A ${address('ns1')}
ns2  IN A ${address('ns2')}
www  IN A ${address('lb1')}
api  IN A ${address('web1')}
api  IN A ${address('web2')}
db   IN A ${address('db1')}
mail IN A ${address('db1')}
shop IN CNAME www
`
}

export function tsigKey(secret: string): string {
  return `key "${TSIG_NAME}" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`
}

export function knotConfig(): string {
  return `server:
    listen: ${address('ns2')}@53
    rundir: /run
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: /var/lib/countersign
log:
  - target: stdout
    any: info
remote:
  - id: primary
    address: ${address('ns1')}@53
acl:
  - id: site
    address: ${NETWORK}
    action: [notify, transfer]
template:
  - id: default
    storage: /var/lib/countersign/zones
zone:
  - domain: ${ZONE}
    master: primary
    acl: site
`
}
