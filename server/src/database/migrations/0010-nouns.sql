-- min-reader: 1
-- Read models of the nouns. They are written in the transaction that records, and can be rebuilt from the streams.

create table incident (
  id uuid primary key,
  status text not null,
  title text not null,
  service text,
  severity text not null,
  alerts text[] not null,
  opened_at bigint not null,
  updated_at bigint not null,
  firing int not null,
  waits_for text,
  state jsonb not null
);
create index incident_open on incident (service) where status = 'open';
create index incident_by_time on incident (opened_at desc, id desc);

-- One row per occurrence of an alert that was seen: finds the incident of a repeated, ended or late signal.
create table firing (
  source text not null,
  fingerprint text not null,
  incident uuid not null references incident,
  starts_at bigint not null,
  ended boolean not null default false,
  primary key (source, fingerprint)
);
create index firing_open on firing (source) where not ended;

-- A receipt per accepted signal: what became of it.
create table signal (
  receipt uuid primary key,
  source text not null,
  fingerprint text not null,
  starts_at bigint not null,
  status text not null,
  disposition text not null,
  incident uuid,
  because text,
  at bigint not null
);
create index signal_by_fingerprint on signal (fingerprint, at desc);

create table proposal (
  id uuid primary key,
  incident uuid,
  runbook text not null,
  runbook_digest text not null,
  intent text not null,
  service text,
  target text,
  services text[] not null default '{}',
  area text not null,
  proposer_kind text not null,
  proposer_id text not null,
  phase text not null,
  outcome text,
  because text,
  decision text,
  runner text,
  grant_id uuid,
  stop text,
  created_at bigint not null,
  updated_at bigint not null,
  granted_at bigint,
  closed_at bigint,
  targets int not null default 0
);
create index proposal_by_time on proposal (created_at desc, id desc);
create index proposal_by_incident on proposal (incident);
create index proposal_by_intent on proposal (intent, created_at desc);
create index proposal_granted on proposal (area, granted_at) where granted_at is not null;
create index proposal_attempts on proposal (runbook, target, granted_at) where granted_at is not null;
create index proposal_running on proposal (runner) where phase in ('granted', 'executing', 'undoing');
create index proposal_asking on proposal (updated_at) where phase = 'asking';
create unique index proposal_by_grant on proposal (grant_id) where grant_id is not null;

create table task (
  id uuid primary key,
  runner text not null,
  kind text not null,
  proposal uuid,
  body jsonb not null,
  created_at bigint not null,
  handed_at bigint,
  done_at bigint
);
create index task_open on task (runner, created_at) where done_at is null;

create table runner (
  id text primary key,
  last_seen bigint,
  clock_off_ms bigint,
  trust_version int not null default 0,
  log_size bigint not null default 0,
  holds jsonb not null default '[]',
  receipt_count bigint not null default 0,
  receipt_prev text
);

create table hold (
  id uuid primary key,
  scope jsonb not null,
  reason text not null,
  person text not null,
  since bigint not null,
  until bigint not null,
  paged boolean not null default false,
  lifted_at bigint
);

create table publication (
  what text not null,
  id text not null,
  digest text not null,
  text text not null,
  acts jsonb not null,
  published_at bigint not null,
  in_force boolean not null,
  primary key (what, id, digest)
);

create table trust_version (
  version int primary key,
  digest text not null,
  body jsonb not null,
  acts jsonb not null
);

-- Nonces of signed acts that counted: none counts twice.
create table nonce (
  nonce text primary key,
  used_at bigint not null
);

-- Locked in key order in the commit that issues a grant; freed when the outcome was observed.
create table reservation (
  key text not null,
  proposal uuid not null,
  service text,
  at bigint not null,
  primary key (key, proposal)
);
create index reservation_by_proposal on reservation (proposal);

create table health_sample (
  proposal uuid not null,
  no int not null,
  held text not null,
  says text not null,
  at bigint not null,
  primary key (proposal, no)
);
