-- min-reader: 1
-- Which replica owns which worker pool, so that the jobs of a dead one can be freed; and replies already given.

create sequence replica_number as int minvalue 1;

create table replica_pool (
  pool_id text primary key,
  replica_number int not null
);

create table idempotency (
  key text not null,
  route text not null,
  request_digest text not null,
  reply jsonb,
  at bigint not null,
  primary key (key, route)
);

create index idempotency_at on idempotency (at);
