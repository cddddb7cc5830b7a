/** Orders to hosts of the real site beside Countersign, as a person with a shell there would give them. */
import type { RealSite } from '@countersign/site/site'
import { ssh } from '@countersign/site/ssh'
import { demand } from './until.ts'

/** Its output; throws where the order failed. */
export async function order(site: RealSite, host: string, command: string): Promise<string> {
  const ran = await ssh(site, host, command, 30_000)
  demand(ran.code === 0, `"${command}" on ${host} ended with ${ran.code}: ${ran.stderr.trim()}`)
  return ran.stdout.trim()
}

const DROP_IN = '/run/systemd/system/app.service.d'

/** A start of the app takes so long from now on; 0: as before. */
export async function slowStart(site: RealSite, host: string, seconds: number): Promise<void> {
  const text = `[Service]\\nExecStartPre=/bin/sleep ${seconds}\\n`
  const make = `mkdir -p ${DROP_IN} && printf '${text}' > ${DROP_IN}/slow.conf`
  await order(site, host, `${seconds > 0 ? make : `rm -rf ${DROP_IN}`}; systemctl daemon-reload`)
}

/** New with every start. */
export function invocation(site: RealSite, host: string): Promise<string> {
  return order(site, host, 'systemctl show --property=InvocationID --value app.service')
}

export async function startApp(site: RealSite, host: string): Promise<void> {
  await order(site, host, 'systemctl reset-failed app.service; systemctl start app.service')
}
