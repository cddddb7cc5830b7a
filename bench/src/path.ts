/**
 * The whole path under load, with real server, runner and database as processes: from a signal to its decision, and
 * from the last signature to the runner's start. The target answers in this process, so that it costs next to nothing.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Program, run, start } from '@countersign/e2e/stage/program'
import { until } from '@countersign/e2e/stage/until'
import { startKeeper } from './keeper.ts'
import { writeSite } from './path-site.ts'
import { readTimes } from './path-times.ts'
import { type Bench, quantile, type Row, row } from './row.ts'

const PER_SECOND = 20
const SECONDS = Number(process.env['COUNTERSIGN_BENCH_SECONDS'] ?? 20)
const APPROVALS = 12

export const path: Bench = {
  name: 'path',
  says: `signal to decision at ${PER_SECOND} signals/s, approval to start`,
  async run(say) {
    const names = Array.from({ length: PER_SECOND * SECONDS }, (_, i) => `s${i}`)
    const keeper = await startKeeper(names)
    const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
    chmodSync(dir, 0o711)
    const programs: Program[] = []
    try {
      const port = 20_000 + (process.pid % 20_000)
      await install(dir, port, keeper.url, names)
      programs.push(start(null, ['start', '--dir', dir], join(dir, 'server.log')))
      await until(
        'the server answers',
        async () => (await run(null, ['trail', 'head', '--json', '--dir', dir])).code === 0,
      )
      programs.push(start(null, ['runner', '--dir', dir], join(dir, 'runner.log')))
      return await measure(dir, port, names, say)
    } finally {
      for (const program of programs.reverse()) await program.stop()
      keeper.close()
      if (process.env['COUNTERSIGN_KEEP_STAGE'] === undefined) rmSync(dir, { recursive: true, force: true })
    }
  },
}

async function install(dir: string, port: number, keeper: string, names: readonly string[]): Promise<void> {
  mkdirSync(join(dir, 'people'))
  const key = join(dir, 'people', 'sre-1')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'sre-1', '-f', key])
  writeSite(dir, port, keeper, names)
  const made = await run(null, [
    'init',
    dir,
    '--name',
    'bench.test',
    '--port',
    String(port),
    '--runbooks',
    join(dir, 'bench-runbooks'),
    '--person',
    `sre-1=sre,governance:${key}`,
  ])
  if (made.code !== 0) throw new Error(`countersign init failed:\n${made.stdout}${made.stderr}`)
}

async function measure(
  dir: string,
  port: number,
  names: readonly string[],
  say: (line: string) => void,
): Promise<Row[]> {
  const token = readFileSync(join(dir, 'secrets', 'alertmanager.token'), 'utf8').trim()
  const accepted: number[] = []
  const from = performance.now()
  for (const [i, name] of names.entries()) {
    const due = from + (i * 1000) / PER_SECOND
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    void post(port, token, name).then((ms) => accepted.push(ms))
  }
  const exported = join(dir, 'trail.ndjson')
  const times = await until(
    'every signal has its decision',
    async () => {
      await run(null, ['trail', 'export', exported, '--dir', dir])
      const now = readTimes(exported)
      return now.decided.length >= names.length ? now : null
    },
    60_000,
    2_000,
  )
  say(
    `${times.decided.length} of ${names.length} signals have a decision; webhook answered in p50 ${quantile(accepted, 0.5).toFixed(1)} ms`,
  )
  const starts = await approveSome(dir, exported)
  const [p50, p99] = [quantile(times.decided, 0.5), quantile(times.decided, 0.99)]
  const webhook = quantile(accepted, 0.5)
  return [
    row('signal accepted to decision recorded, p50', p50, 'ms', 'goal', 25),
    row('signal accepted to decision recorded, p99', p99, 'ms', 'goal', 150),
    row(
      'signal accepted to decision, against its own webhook',
      p50,
      'ms',
      'webhook recorded and answered, p50',
      webhook,
    ),
    row('approval to first observe, p99', quantile(starts, 0.99), 'ms', 'goal', 200),
  ]
}

async function post(port: number, token: string, name: string): Promise<number> {
  const from = performance.now()
  const response = await fetch(`http://127.0.0.1:${port}/v1/signals/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '4',
      groupKey: name,
      status: 'firing',
      receiver: 'bench',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: `Down-${name}`, host: name, severity: 'warning' },
          annotations: {},
          startsAt: new Date().toISOString(),
          fingerprint: name,
        },
      ],
    }),
  })
  if (response.status !== 202)
    throw new Error(`the webhook answered ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  return performance.now() - from
}

async function approveSome(dir: string, exported: string): Promise<number[]> {
  const listed = await run(null, ['plan', 'list', '--waiting', '--json', '--dir', dir])
  const { items } = JSON.parse(listed.stdout.trimEnd().split('\n').at(-1) ?? '{}') as {
    items: { id: string }[]
  }
  for (const { id } of items.slice(0, APPROVALS)) {
    const done = await run(null, [
      'approve',
      id,
      '--key',
      join(dir, 'people', 'sre-1'),
      '--yes',
      '--json',
      '--dir',
      dir,
    ])
    if (done.code !== 0) throw new Error(`approve failed: ${done.stderr}`)
  }
  const times = await until(
    'what was approved has started',
    async () => {
      await run(null, ['trail', 'export', exported, '--dir', dir])
      const now = readTimes(exported)
      return now.started.length >= Math.min(APPROVALS, items.length) ? now : null
    },
    60_000,
    1_000,
  )
  return times.started
}
