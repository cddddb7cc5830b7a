-- min-reader: 1
-- The log: committed entries wait in pending until the one sequencer numbers them densely.

create table pending (
  gid bigint primary key,
  leaf_hash bytea not null,
  at bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table leaf (
  -- numbered through all incarnations: a new one goes on where the database stands
  idx bigint primary key,
  incarnation int not null,
  gid bigint not null unique,
  leaf_hash bytea not null
);

create table checkpoint (
  incarnation int not null,
  size bigint not null,
  root bytea not null,
  note text not null,
  -- the compact range at this size (JSON), from which the tree grows on
  range text not null,
  at bigint not null,
  primary key (incarnation, size)
);

-- One row. Whoever holds the newest epoch may number; previous is the head that this incarnation began from.
create table log_state (
  single boolean primary key default true check (single),
  incarnation int not null,
  epoch bigint not null,
  previous jsonb,
  rewound jsonb
);

insert into log_state (incarnation, epoch) values (1, 0);
