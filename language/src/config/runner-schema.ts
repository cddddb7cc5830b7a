/** The form of runner.yaml. What is not written here is not allowed: the runner is default-deny. */
import { ACTION_KINDS } from '@countersign/core/facts/schema'
import { z } from 'zod'
import { digest, duration, filePath, httpUrl, id } from '../reading/text.ts'

const server = z.strictObject({
  url: httpUrl.describe('Where the control plane answers; the runner connects outwards'),
  tokenFile: filePath.describe('File with the token that the control plane expects'),
})

const via = z
  .array(z.string().min(1))
  .optional()
  .describe('Command put before the program that reaches the target: a jump, a network namespace')

const systemd = z.strictObject({
  unit: z
    .string()
    .regex(/^[A-Za-z0-9@._:][A-Za-z0-9@._:-]*\.service$/, 'write a unit such as app.service')
    .describe('The unit that this target stands for'),
  user: z.string().min(1).describe('The user on the host'),
  keyFile: filePath.describe('File with the SSH key to the host'),
  knownHosts: filePath.describe('File with the pinned host keys'),
  host: z.string().min(1).optional().describe('How ssh reaches the host; left out: the address'),
  port: z.int().min(1).max(65_535).optional().describe('Port of sshd; left out: 22'),
  connectTimeoutMs: z
    .int()
    .min(1000)
    .max(60_000)
    .optional()
    .describe('How long connecting may take, in milliseconds; left out: 5000'),
  via,
})

const nameServer = z.strictObject({
  address: z.string().min(2).describe('IP address of the name server'),
  port: z.int().min(1).max(65_535).optional().describe('Its port; left out: 53'),
})

const dns = z.strictObject({
  zone: z.string().min(1).describe('The zone; nothing outside of it is ever touched'),
  primary: nameServer.describe('The server that takes updates'),
  secondaries: z.array(nameServer).describe('All other servers of the zone; [] for none'),
  tsigKeyFile: filePath.describe('File with the TSIG key, as tsig-keygen writes it'),
  protect: z.array(z.string().min(1)).optional().describe('Names that no step may touch'),
  via,
})

const keeper = z.strictObject({
  url: httpUrl.describe('Where the keeper listens'),
  service: z.string().min(1).describe('The name of the service there'),
})

const owned = {
  id: id.describe('The target, the same id as in the catalogue; it has no other owner'),
  service: id.describe('The service it belongs to'),
  region: id.describe('Where it stands'),
  address: z.string().min(1).max(253).describe('Host name or IP address of the target'),
}

const target = z.discriminatedUnion('driver', [
  z.strictObject({
    ...owned,
    driver: z.literal('systemd').describe('Restarts, starts and stops a unit over SSH'),
    settings: systemd.describe('How systemd reaches it'),
  }),
  z.strictObject({
    ...owned,
    driver: z.literal('dns').describe('Changes record sets by RFC 2136'),
    settings: dns.describe('How dns reaches it'),
  }),
  z.strictObject({
    ...owned,
    driver: z.literal('keeper').describe('Restarts a service of the bare sample site'),
    settings: keeper.describe('How keeper reaches it'),
  }),
])

const unsigned = z.strictObject({
  runbook: id.describe('The runbook that may run unsigned'),
  digest: digest.describe('Its digest: another version needs a new line here'),
  targets: z.array(id).min(1).describe('On these targets only; an empty list never means all'),
  rate: z
    .strictObject({
      acts: z.int().min(1).max(1000).describe('So many acts'),
      within: duration.describe('within this time: 1h'),
    })
    .describe('How often'),
  concurrency: z.int().min(1).max(100).describe('How many may be open at once'),
  floor: z.int().min(0).max(100_000).describe('Members of the service that must keep serving meanwhile'),
  preconditions: z
    .array(
      z.strictObject({
        field: z.string().min(1).describe('The field of the observation'),
        equals: z.array(z.string()).min(1).describe('The values it may have'),
      }),
    )
    .min(1)
    .describe('What the runner itself must see right before it acts'),
})

export const runnerConfigShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  runner: id.describe('The id of this runner in the trust chain'),
  server: server.describe('The control plane'),
  state: filePath.describe('Folder of journal, key and chain; only this runner may write there'),
  holdFile: filePath.describe('While this file exists, the runner starts nothing'),
  trust: z
    .strictObject({
      genesis: digest.describe('Digest of trust/1, obtained by another way than from the server'),
      chain: filePath.describe('File with the first trust chain'),
    })
    .describe('What all trust hangs from'),
  witnesses: z
    .literal('none')
    .describe('How many witnesses must have seen the log; none must be written out'),
  clockSkew: duration.describe('How far this clock and that of the server may differ: 30s'),
  targets: z.array(target).min(1).describe('What this runner owns; anything else does not exist for it'),
  unsigned: z.array(unsigned).describe('What it may do without signatures, within bounds; [] for nothing'),
  signed: z
    .strictObject({
      one: z.array(z.enum(ACTION_KINDS)).describe('Kinds for which one signature is enough; [] for none'),
    })
    .describe('All other kinds take two people, one of them from governance'),
})

export type RunnerConfigFile = z.output<typeof runnerConfigShape>
