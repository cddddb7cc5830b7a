/** The DNS driver against a real BIND primary and Knot secondary. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@countersign/core/kernel/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conformance } from '../conformance/conformance.ts'
import { sayLeftOut, whyLeftOut } from '../conformance/left-out.ts'
import { listenSilently } from '../conformance/silent.ts'
import type { Subject } from '../conformance/subject.ts'
import { DriverFault, type DriverStep, TargetMoved } from '../driver.ts'
import { dnsDriver } from './dns.ts'
import { type DnsLab, keyText, startDnsLab, until, ZONE } from './dns-lab.ts'

const WWW = `www.${ZONE}`
const FOUND = ['192.0.2.10', '192.0.2.11', '192.0.2.12']
const leftOut = whyLeftOut({ programs: ['named', 'knotd', 'knotc', 'dig', 'nsupdate', 'tsig-keygen'] })
const soon = () => AbortSignal.timeout(20_000)

const stepAt = (lab: DnsLab, action: string, wish: JsonObject, settings: JsonObject = {}): DriverStep => ({
  action,
  with: wish,
  target: {
    id: 'dns/shop',
    address: '127.0.0.1',
    settings: {
      zone: ZONE,
      primary: lab.primary,
      secondaries: [lab.secondary],
      tsigKeyFile: lab.keyFile,
      protect: [`ns1.${ZONE}`],
      ...settings,
    },
  },
})

const serialOf = (lab: DnsLab) => Number(lab.dig(lab.primary, ZONE, 'SOA').split(' ')[2])

async function putBack(lab: DnsLab, records: string[] = FOUND): Promise<void> {
  lab.nsupdate([`update delete ${WWW} A`, ...records.map((record) => `update add ${WWW} 60 A ${record}`)])
  await until('the secondary is in step', () => lab.dig(lab.secondary, WWW, 'A') === records.join(' '))
}

async function makeSubject(action: string, wish: JsonObject): Promise<Subject> {
  const [lab, silent] = [await startDnsLab(), await listenSilently()]
  const at = (more: JsonObject, settings?: JsonObject) => stepAt(lab, action, { ...wish, ...more }, settings)
  const noWhere = { address: '127.0.0.1', port: 1 }
  return {
    driver: dnsDriver,
    step: at({}),
    reset: () => putBack(lab),
    effects: async () => serialOf(lab),
    state: async () => lab.dig(lab.primary, WWW, 'A'),
    disturb: () => putBack(lab, ['192.0.2.99']),
    cutAfterMs: 20,
    limited: [
      { step: at({ records: [] }), limit: action === 'upsert' ? 'empty-set' : 'nothing-named' },
      {
        step: stepAt(lab, 'upsert', { name: `ns1.${ZONE}`, type: 'A', ttl: 60, records: ['192.0.2.1'] }),
        limit: 'protected',
      },
      { step: stepAt(lab, 'delete', { name: WWW, type: 'A', records: FOUND }), limit: 'empty-set' },
      {
        step: stepAt(lab, 'upsert', { name: `old.${ZONE}`, type: 'A', ttl: 60, records: ['192.0.2.1'] }),
        limit: 'name-is-alias',
      },
    ],
    bad: [
      { what: 'outside of the zone', step: at({ name: 'www.other.test' }) },
      { what: 'a suffix that is no label', step: at({ name: `evil${ZONE}` }) },
      { what: 'a type that is not handled', step: at({ type: 'NS' }) },
      { what: 'no address', step: at({ records: ['192.0.2.1\nupdate delete shop.test'] }) },
      { what: 'a name with commands', step: at({ name: `a.${ZONE}\nsend` }) },
      { what: 'a parameter nobody reads', step: at({ force: true }) },
      { what: 'a server by name', step: at({}, { primary: { address: '-x', port: 53 } }) },
    ],
    unreachable: at({}, { primary: noWhere }),
    silent: at({}, { primary: { address: '127.0.0.1', port: silent.port }, secondaries: [] }),
    secrets: [lab.secret],
    close: async () => {
      await silent.close()
      await lab.close()
    },
  }
}

conformance(
  'dns.upsert',
  () => makeSubject('upsert', { name: WWW, type: 'A', ttl: 300, records: ['192.0.2.20', '192.0.2.10'] }),
  leftOut,
)
conformance(
  'dns.delete',
  () => makeSubject('delete', { name: WWW, type: 'A', records: ['192.0.2.12'] }),
  leftOut,
)

describe.skipIf(sayLeftOut('dns on its own', leftOut))('dns.upsert on real name servers', () => {
  let lab: DnsLab
  const upsert = (wish: JsonObject, settings?: JsonObject) =>
    stepAt(lab, 'upsert', { name: WWW, type: 'A', ttl: 60, records: ['192.0.2.30'], ...wish }, settings)
  beforeAll(async () => {
    lab = await startDnsLab()
  })
  afterAll(async () => await lab?.close())

  async function done(step: DriverStep, before = dnsDriver.observe(step, soon())) {
    await dnsDriver.apply(step, await before, soon())
    await until(
      'done',
      async () => dnsDriver.verify(step, await before, await dnsDriver.observe(step, soon())) === 'done',
    )
    return await before
  }

  test('is pending while the secondary serves the old set', async () => {
    await putBack(lab)
    const step = upsert({})
    const before = await dnsDriver.observe(step, soon())
    lab.knotc('-f', 'zone-freeze', ZONE)
    await dnsDriver.apply(step, before, soon())
    const now = await dnsDriver.observe(step, soon())
    expect(dnsDriver.verify(step, before, now)).toBe('pending')
    expect([now.fields['inStep'], now.serving.now]).toEqual(['no', 1])
    lab.knotc('zone-thaw', ZONE)
    lab.knotc('zone-refresh', ZONE)
    await until(
      'done',
      async () => dnsDriver.verify(step, before, await dnsDriver.observe(step, soon())) === 'done',
    )
  })

  test('a set that was absent is created, and removed by the undo', async () => {
    const step = upsert({ name: `new.${ZONE}`, records: ['192.0.2.40'] })
    const before = await done(step)
    const artefact = dnsDriver.draft(step, before).undo!.artefact
    await dnsDriver.undo(step, before, artefact, soon())
    await until('undone', async () => dnsDriver.undone(step, artefact, await dnsDriver.observe(step, soon())))
    expect(lab.dig(lab.primary, `new.${ZONE}`, 'A')).toBe('')
  })

  test('the undo leaves alone what somebody changed after us', async () => {
    await putBack(lab)
    const step = upsert({ records: ['192.0.2.50'] })
    const before = await done(step)
    await putBack(lab, ['192.0.2.98'])
    const undo = dnsDriver.undo(step, before, dnsDriver.draft(step, before).undo!.artefact, soon())
    await expect(undo).rejects.toBeInstanceOf(TargetMoved)
    expect(lab.dig(lab.primary, WWW, 'A')).toBe('192.0.2.98')
  })

  test('a stale observation is told as moved', async () => {
    await putBack(lab)
    const before = await dnsDriver.observe(upsert({}), soon())
    await putBack(lab, ['192.0.2.97'])
    await expect(dnsDriver.apply(upsert({}), before, soon())).rejects.toBeInstanceOf(TargetMoved)
  })

  test.each([
    { type: 'AAAA', name: `six.${ZONE}`, records: ['2001:DB8:0:0::1', '::ffff:192.0.2.1'] },
    { type: 'TXT', name: `text.${ZONE}`, records: ['v=spf1 "x"; \\ -all', 'a'.repeat(300), '; rm -rf'] },
    { type: 'TXT', name: `note.${ZONE}`, records: ['plain'] },
    { type: 'MX', name: ZONE, records: ['10 WWW.shop.test', '020 ns1.shop.test.'] },
    { type: 'CNAME', name: `alias.${ZONE}`, records: ['www.shop.test'] },
    { type: 'CNAME', name: `old.${ZONE}`, records: ['ns1.shop.test'] },
  ])('$type at $name goes there and back', async ({ type, name, records }) => {
    const step = upsert({ type, name, records })
    const was = lab.dig(lab.primary, name, type)
    const before = await done(step)
    const artefact = dnsDriver.draft(step, before).undo!.artefact
    await dnsDriver.undo(step, before, artefact, soon())
    await until('undone', async () => dnsDriver.undone(step, artefact, await dnsDriver.observe(step, soon())))
    expect(lab.dig(lab.primary, name, type)).toBe(was)
  })

  test('an alias is not put beside other records, which the server would ignore without a word', async () => {
    const step = upsert({ type: 'CNAME', records: ['ns1.shop.test'] })
    const before = await dnsDriver.observe(step, soon())
    await expect(dnsDriver.apply(step, before, soon())).rejects.toBeInstanceOf(TargetMoved)
  })

  test.each([
    {
      what: 'a wrong key',
      says: /signature/,
      file: (text: string) =>
        text.replace(/secret "(.)/, (_, first) => `secret "${first === 'A' ? 'B' : 'A'}`),
    },
    {
      what: 'an unknown key',
      says: /know the TSIG key/,
      file: (text: string) => text.replace('drv-key', 'other'),
    },
    {
      what: 'a key file that does not parse',
      says: /cannot be read/,
      file: (text: string) => text.replace(/";/, '" x'),
    },
  ])('$what is a fault that tells no secret', async ({ says, file }) => {
    const tsigKeyFile = join(lab.dir, 'wrong.key')
    const wrong = file(keyText(lab))
    writeFileSync(tsigKeyFile, wrong)
    const step = upsert({ name: `z.${ZONE}` }, { tsigKeyFile })
    const before = await dnsDriver.observe(step, soon())
    const fault = await dnsDriver.apply(step, before, soon()).catch((error: unknown) => error as DriverFault)
    expect(fault).toBeInstanceOf(DriverFault)
    expect((fault as DriverFault).message).toMatch(says)
    expect(JSON.stringify([fault, String(fault)])).not.toContain(lab.secret.slice(2, 20))
    expect(lab.dig(lab.primary, `z.${ZONE}`, 'A')).toBe('')
  })

  test('what the key may not update is a fault, and the set stays', async () => {
    const step = upsert({ name: `locked.${ZONE}` })
    const before = await dnsDriver.observe(step, soon())
    await expect(dnsDriver.apply(step, before, soon())).rejects.toThrow(/refuses the update/)
  })

  test('a secondary that gives no answer makes the whole observation a fault', async () => {
    const step = upsert({}, { secondaries: [lab.secondary, { address: '127.0.0.1', port: 1 }] })
    await expect(dnsDriver.observe(step, soon())).rejects.toThrow(/gives no answer/)
  })
})
