-- min-reader: 1
-- Streams: one row is event and trail entry. The head carries what the engine needs to go on.

create table stream (
  id text primary key,
  kind text not null,
  seq bigint not null,
  -- seq before the newest append: what that append expected
  prior bigint not null,
  -- leaf hash of the newest entry
  head bytea not null check (octet_length(head) = 32),
  due_at bigint,
  lease_by text,
  lease_until bigint,
  -- the lowest version of the server that understands this stream; older ones skip it
  min_reader int not null default 1,
  closed boolean not null default false,
  snapshot jsonb
) with (fillfactor = 60);

create index stream_due on stream (due_at) where due_at is not null;

-- Drawn after the head is locked. A gap means an abort, and proves nothing.
create sequence event_gid cache 1;

create table event (
  gid bigint primary key default nextval('event_gid'),
  stream text not null,
  seq bigint not null,
  at bigint not null,
  type text not null,
  actor_kind text not null,
  actor_id text not null,
  -- the canonical bytes of the envelope, and of the state payload, as they were hashed
  entry text not null,
  state text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  unique (stream, seq)
);

-- What may be erased. The entry holds only a salted commitment to it; retention drops rows, never entries.
create table private (
  stream text not null,
  seq bigint not null,
  class text not null,
  salt bytea not null check (octet_length(salt) = 16),
  body text not null,
  primary key (stream, seq, class)
) partition by list (class);

create table private_incident partition of private for values in ('incident');
create table private_people partition of private for values in ('people');
create table private_long partition of private for values in ('long');
