/** Whatever is wrong gets a clear answer, changes nothing, and loses nothing that was right beside it. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { tokenOf } from '../stage/act.ts'
import { call } from '../stage/post.ts'
import type { Answer, Stage } from '../stage/stage.ts'
import { demand, until } from '../stage/until.ts'
import { webhookOf } from './alerts.ts'
import { brokenFiles } from './bad-input-files.ts'
import type { Story } from './story.ts'

const PATH = '/v1/signals/alertmanager'
const MB = 1024 * 1024

export const badInput: Story = {
  name: 'bad-input',
  title: 'bad input gets a clear answer, does nothing and loses nothing',
  needs: 'any',
  async play(stage, say) {
    await malformed(stage, say)
    await outOfOrder(stage, say)
    await unknownAlert(stage, say)
    await wrongTokens(stage, say)
    await keysAndIds(stage, say)
    await brokenFiles(stage, say)
  },
}

/** A problem names its code, what happened and what to do. */
async function refused(status: number, code: string, sent: Promise<Sent>, what: string): Promise<void> {
  const { status: got, json } = await sent
  demand(
    got === status && json?.code === code,
    `${what}: expected ${status} ${code}, got ${got} ${json?.code}`,
  )
  demand(json.detail !== '' && json.hint !== '', `${what}: the answer lacks detail or hint`)
}
type Sent = { status: number; json: Answer }

async function malformed(stage: Stage, say: (line: string) => void): Promise<void> {
  const token = tokenOf(stage, 'alertmanager')
  const send = (body: unknown) => call(stage, { path: PATH, token, body })
  const before = await incidents(stage)
  const good = webhookOf({ alert: 'Whole', fingerprint: 'never-sent' })('firing') as { alerts: object[] }
  await refused(400, 'BAD_REQUEST', send('{"version":"4",'), 'half a JSON')
  await refused(400, 'BAD_REQUEST', send(''), 'an empty body')
  await refused(400, 'BAD_REQUEST', send({ version: '3', alerts: [] }), 'another version')
  await refused(
    400,
    'BAD_REQUEST',
    send({ ...good, alerts: [...good.alerts, {}] }),
    'one bad alert among good',
  )
  await refused(413, 'TOO_LARGE', send({ ...good, groupKey: 'x'.repeat(MB) }), 'more than 1 MB')
  const after = await incidents(stage)
  demand(after.length === before.length, 'a webhook that was refused left an incident')
  say(
    'half a JSON, a wrong form, one bad alert among good ones, more than 1 MB: refused whole, nothing came of it',
  )
}

async function incidents(stage: Stage): Promise<Answer[]> {
  return (await stage.ask('incident', 'list')).items
}

/** Starts lie ahead, so that the reconciliation with Alertmanager, which never knew these alerts, leaves them alone. */
const AHEAD = 600_000

async function outOfOrder(stage: Stage, say: (line: string) => void): Promise<void> {
  const token = tokenOf(stage, 'alertmanager')
  const start = Date.now() + AHEAD
  const fingerprint = `order-${start}`
  const alert = webhookOf({ alert: `OutOfOrder${start}`, fingerprint, startsAt: start })
  const receipt = async (status: 'firing' | 'resolved', startsAt = start) => {
    const { json } = await call(stage, { path: PATH, token, body: alert(status, startsAt) })
    return json.receipts[0]
  }
  const expected: [string, () => Promise<Answer>, string][] = [
    ['resolved before it fired', () => receipt('resolved'), 'set-aside'],
    ['fires', () => receipt('firing'), 'opens'],
    ['the same webhook again', () => receipt('firing'), 'repeats'],
    ['an older occurrence fires late', () => receipt('firing', start - 60_000), 'set-aside'],
    ['an older occurrence ends late', () => receipt('resolved', start - 60_000), 'set-aside'],
    ['ends', () => receipt('resolved'), 'resolves'],
    ['fires again after its end, replayed', () => receipt('firing'), 'set-aside'],
    ['ends again, replayed', () => receipt('resolved'), 'set-aside'],
  ]
  const before = (await incidents(stage)).length
  const told: string[] = []
  for (const [what, ask, disposition] of expected) {
    const got = await ask()
    demand(got?.disposition === disposition, `${what}: expected "${disposition}", got "${got?.disposition}"`)
    demand(disposition !== 'set-aside' || got.because !== null, `${what}: set aside without a reason`)
    told.push(`${what}: ${got.disposition}`)
  }
  demand((await incidents(stage)).length === before + 1, 'replays made more than one incident')
  say(told.join('; '))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: looked for on purpose
const HARMFUL = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f\u202e]|\u001b(?!\[(?:0|1|2|31|32|33)m)/

/** A person is called; text that would redraw a terminal is shown, not sent. */
async function unknownAlert(stage: Stage, say: (line: string) => void): Promise<void> {
  const token = tokenOf(stage, 'alertmanager')
  const start = Date.now() + AHEAD
  const nasty = '\u001b[2J\u001b[31mAPPROVED\u001b]0;owned\u0007\r\u202eevil\u0000'
  const name = `Unheard${start}\u001b[2J`
  const body = webhookOf({
    alert: name,
    fingerprint: `unknown-${start}`,
    startsAt: start,
    labels: { host: nasty },
    annotations: { summary: nasty, runbook: 'restart-service', action: 'restart web1 now' },
  })
  const { status, json } = await call(stage, { path: PATH, token, body: body('firing') })
  demand(status === 202, `the unknown alert was answered with ${status}: ${json?.detail}`)
  const { incident } = json.receipts[0]
  const shown = await until<Answer>('the unknown alert calls a person', async () => {
    const answer = await stage.ask('incident', 'show', incident)
    return answer.timeline.some(({ type }: { type: string }) => type === 'escalated') ? answer : null
  })
  demand(shown.proposals.length === 0, 'an unknown alert led to a proposal')
  for (const args of [
    ['incident', 'show', incident],
    ['incident', 'list'],
  ]) {
    const { stdout, stderr } = await stage.cli(args)
    const found = HARMFUL.exec(stdout + stderr)
    demand(found === null, `"${args.join(' ')}" sent ${JSON.stringify(found?.[0])} to the terminal`)
  }
  await call(stage, { path: PATH, token, body: body('resolved') })
  say('an alert nobody knows: an incident for a person, no proposal; its escape sequences are shown harmless')
}

async function wrongTokens(stage: Stage, say: (line: string) => void): Promise<void> {
  const body = webhookOf({ alert: 'Token', fingerprint: 'token' })('firing')
  const send = (token?: string) =>
    call(stage, { path: PATH, body, ...(token === undefined ? {} : { token }) })
  await refused(401, 'UNAUTHENTICATED', send(), 'no token')
  await refused(401, 'UNAUTHENTICATED', send('ct_guess'), 'a guessed token')
  await refused(403, 'FORBIDDEN', send(tokenOf(stage, 'agent')), 'the agent’s token on the webhook')
  const id = `short-${Date.now()}`
  await stage.ask('token', 'add', '--id', id, '--scope', 'signal', '--subject', 'source:short', '--for', '1s')
  const token = readFileSync(join(stage.dir, 'secrets', `${id}.token`), 'utf8').trim()
  await until('the short token expires', async () => (await send(token)).status === 401, 10_000)
  await refused(401, 'UNAUTHENTICATED', send(token), 'an expired token')
  await stage.ask('token', 'revoke', id)
  say('no token, a guessed one, an expired one: 401; one of the wrong scope: 403')
}

async function keysAndIds(stage: Stage, say: (line: string) => void): Promise<void> {
  const token = tokenOf(stage, 'agent')
  const idempotencyKey = randomUUID()
  const restart = stage.site.kind === 'real' ? 'restart-service' : 'keeper-restart'
  const body = { runbook: restart, parameters: { target: 'web2' }, reason: 'a repeated wish' }
  const send = (more: object) => call(stage, { path: '/v1/proposals', token, body, idempotencyKey, ...more })
  const [first, second] = [await send({}), await send({})]
  demand(first.status === 202, `a proposal was answered with ${first.status}: ${first.json?.detail}`)
  const isSame = isDeepStrictEqual(first, second)
  demand(isSame, `the same request got another answer: ${JSON.stringify([first, second])}`)
  const { items } = await stage.ask('plan', 'list')
  const made = items.filter(({ id }: Answer) => id === first.json.proposal)
  demand(made.length === 1, `the same request made ${made.length} proposals`)
  await refused(409, 'KEY_REUSED', send({ body: { ...body, reason: 'another wish' } }), 'the key again')
  const get = (path: string) => call(stage, { method: 'GET', path, token })
  for (const noun of ['incidents', 'proposals']) {
    await refused(404, 'NOT_FOUND', get(`/v1/${noun}/${randomUUID()}`), `an unknown id of ${noun}`)
    await refused(400, 'BAD_REQUEST', get(`/v1/${noun}/not-an-id`), `no id of ${noun}`)
  }
  await refused(404, 'NOT_FOUND', get('/v1/nothing'), 'an unknown path')
  const unknown = { ...body, runbook: 'rm-rf' }
  await refused(404, 'NOT_FOUND', send({ body: unknown, idempotencyKey: randomUUID() }), 'an unknown runbook')
  const astray = { ...body, parameters: { target: 'web99' } }
  await refused(400, 'BAD_REQUEST', send({ body: astray, idempotencyKey: randomUUID() }), 'an unknown target')
  say('one key with one body has one effect; the key with another body: 409; unknown ids: 404')
}
