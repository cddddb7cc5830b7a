/** The form of countersign.yaml. Every setting has a sentence; what may be left out has a default named there. */
import { z } from 'zod'
import { duration, EXPECTATION, EXPECTATION_HINT, filePath, httpUrl, id } from '../reading/text.ts'

const port = z.int().min(0).max(65_535)

const listen = z.strictObject({
  host: z.string().min(1).max(253).describe('Address to listen on: 127.0.0.1 for this machine only'),
  port: port.describe('Port to listen on; 0 picks a free one'),
})

const database = z
  .strictObject({
    url: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'write postgres://USER@HOST:PORT/NAME')
      .optional()
      .describe('A PostgreSQL of your own; the variable DATABASE_URL has precedence'),
    dataDir: filePath.optional().describe('Folder of the embedded PostgreSQL'),
  })
  .refine(({ url, dataDir }) => (url === undefined) !== (dataDir === undefined), 'give either url or dataDir')
  .describe('Where everything is remembered: url, or dataDir for the embedded PostgreSQL')

const source = z.strictObject({
  id: id.describe('The name by which runbooks refer to this source'),
  kind: z
    .enum(['prometheus', 'http-probe', 'keeper'])
    .describe(
      'prometheus answers PromQL, http-probe asks an address itself, keeper is the one of the bare sample site',
    ),
  url: httpUrl.optional().describe('Where it answers; for prometheus and keeper'),
  group: id.describe('Sources of one group rest on the same origin and count once as evidence'),
  timeout: duration.describe('How long one reading may take: 3s'),
})

const channel = z.strictObject({
  id: id.describe('The name by which people.yaml refers to this channel'),
  kind: z.enum(['webhook']).describe('webhook: signed HTTP posts (Standard Webhooks)'),
  url: httpUrl.describe('Where messages are posted'),
  secretFile: filePath.describe('File with the secret that signs them'),
})

const health = z.strictObject({
  logBehind: duration.optional().describe('The log may lag so long before automatic acts stop; left out: 5m'),
  runnerSilent: duration
    .optional()
    .describe('A runner may be silent so long before people are told; left out: 30s'),
})

const probe = z.strictObject({
  id: id.describe('The name of the probe'),
  alert: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'write a name such as ServiceDown')
    .describe('The alert it raises, as the triggers of runbooks name it'),
  service: id.describe('Every target of this service is probed'),
  source: id.describe('The source that is read'),
  query: z
    .string()
    .min(1)
    .max(2000)
    .describe('What is read; placeholders for target and target.address are filled in'),
  expect: z
    .string()
    .regex(EXPECTATION, EXPECTATION_HINT)
    .describe('What is read while all is well: status == 200'),
  every: duration.describe('How often it looks'),
  misses: z.int().min(1).max(100).describe('So many misses in a row raise the signal'),
  severity: z.enum(['info', 'minor', 'major', 'critical']).describe('Business impact of the signal'),
})

export const serverConfigShape = z.strictObject({
  version: z.literal(1).describe('The version of this form: 1'),
  name: z.string().min(1).max(80).describe('The name of this site, as people read it'),
  listen: listen.describe('Where the HTTP API listens'),
  database,
  trust: z
    .strictObject({ folder: filePath.describe('Folder with the trust chain (trust/1 and later versions)') })
    .describe('Where the trust chain is kept'),
  keys: z
    .strictObject({
      grant: filePath.describe('File with the key that signs grants'),
      log: filePath.describe('File with the key that signs checkpoints'),
    })
    .describe('Keys of the control plane itself; it holds none to any target'),
  policy: filePath.describe('The policy file'),
  runbooks: z.array(filePath).min(1).describe('Runbook files, or folders of them'),
  catalogue: z.array(filePath).min(1).describe('Catalogue files, or folders of them'),
  people: filePath
    .optional()
    .describe(
      'The file with names, channels and who is on call; left out: nobody is told outside the console',
    ),
  sources: z.array(source).min(1).describe('What Countersign reads itself as evidence'),
  signals: z
    .strictObject({
      alertmanager: z
        .strictObject({
          api: httpUrl.optional().describe('Address of Alertmanager, to learn of ends it never announced'),
        })
        .optional()
        .describe('Alerts from Alertmanager; left out: ends that it never announced stay unknown'),
      probes: z.array(probe).optional().describe('Probes of our own that raise signals; left out: none'),
    })
    .describe('Who may send signals'),
  channels: z.array(channel).optional().describe('How people outside are told; left out: not at all'),
  log: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9.-]+(\/[A-Za-z0-9._-]+)*$/, 'write a name without scheme: trail.example.org/main')
        .describe('Origin of the trail: a name of yours that stays the same for ever'),
    })
    .describe('The trail'),
  health: health.optional().describe('When the control plane calls itself ill'),
})

export type ServerConfigFile = z.output<typeof serverConfigShape>
