-- Each record of what was done carries the hash of the one before: none can be changed, taken out or moved unseen.

-- What the digest of a record was salted with. It goes with the record when a customer is erased, and what stays of the
-- record, its link, says nothing of it any more.
alter table activity add column salt varchar;

-- One link a record, in order. Holds nothing of what was done nor for whom, and is never changed.
create table activity_links (
    number bigint not null,
    act_id uuid not null,
    digest varchar not null,
    hash varchar not null
);

-- The end of the chain, one row: whoever records holds it for the last moment of their transaction.
create table activity_head (
    number bigint not null,
    hash varchar not null
);

insert into activity_head (number, hash) values (0, '');
