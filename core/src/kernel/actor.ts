/** Who did a thing. Each phase of the path has an actor of its own, so that no one vouches for himself. */
export type Actor = { kind: ActorKind; id: string }

export type ActorKind =
  | 'detector'
  | 'evidence-reader'
  | 'proposer'
  | 'policy-engine'
  | 'approver'
  | 'executor'
  | 'verifier'
  | 'person'
  | 'agent'
  | 'control-plane'
