import { describe, expect, test } from 'vitest'
import { Stop } from '../exit.ts'
import { NOW, type SignedSample, samplePlan, signSample } from '../testing/sample-plan.ts'
import { checkPlan } from './check-plan.ts'

const plan = samplePlan()
const sample = signSample(plan)

function shown({ digest, signed }: Pick<SignedSample, 'digest' | 'signed'>, id = plan.proposal) {
  return { id, plan: { digest, signed } }
}

function refusal(proposal: Parameters<typeof checkPlan>[0], trust = sample.trust, now = NOW): string {
  try {
    checkPlan(proposal, trust, now)
  } catch (error) {
    if (error instanceof Stop && error.exit === 3) return error.message
    throw error
  }
  return 'taken'
}

describe('a plan is checked on the approver’s machine', () => {
  test('and taken when digest, site, proposal and signature hold', () => {
    expect(checkPlan(shown(sample), sample.trust, NOW)).toEqual({ plan, digest: sample.digest })
    expect(checkPlan({ id: plan.proposal, plan: null }, sample.trust, NOW)).toBeNull()
  })

  const changed = samplePlan({ parameters: { name: 'api' } })
  test.each([
    {
      name: 'another plan under the same digest',
      proposal: shown({
        digest: sample.digest,
        signed: { plan: changed, signature: sample.signed.signature },
      }),
      says: /the server names plan .* what it shows is/,
    },
    {
      name: 'another plan with its own digest and the old signature',
      proposal: shown({
        digest: signSample(changed).digest,
        signed: { plan: changed, signature: sample.signed.signature },
      }),
      says: /not signed by the runner "runner-1"/,
    },
    {
      name: 'a plan signed by a stranger',
      proposal: shown(signSample(plan)),
      says: /not signed by the runner/,
    },
    {
      name: 'a plan of another proposal',
      proposal: shown(sample, '01900000-0000-7000-8000-00000000000f'),
      says: /belongs to proposal/,
    },
    {
      name: 'a plan without signature',
      proposal: { id: plan.proposal, plan: { digest: sample.digest, signed: { plan } } },
      says: /no signature/,
    },
    {
      name: 'a plan that cannot be hashed',
      proposal: shown({
        digest: sample.digest,
        signed: { plan: { ...plan, observedAt: 1.5 }, signature: 'x' },
      }),
      says: /cannot be hashed/,
    },
  ])('refused: $name', ({ proposal, says }) => {
    expect(refusal(proposal)).toMatch(says)
  })

  test('refused: a runner that the chain does not know, or whose key has expired, or another site', () => {
    expect(refusal(shown(sample), { ...sample.trust, body: { ...sample.trust.body, runners: [] } })).toMatch(
      /not a runner/,
    )
    expect(refusal(shown(sample), sample.trust, NOW + 2_000_000_000)).toMatch(/not a runner with a valid key/)
    expect(refusal(shown(sample), { ...sample.trust, site: `sha256:${'3'.repeat(64)}` })).toMatch(
      /is for site/,
    )
  })
})
