-- What trainers work on: what the bot did not understand, in groups, and what was decided about these.
-- A group holds nothing of any customer but counts: what customers wrote stands in review_members, under their key.

-- One row per group; a group of one utterance of one customer is a single. The counts are of its members, kept when
-- these change. cost: each customer counts one, halved for every week since; as a logarithm, so that it need never be
-- brought up to date.
create table review_groups (
    group_id uuid primary key,
    kind varchar not null,
    language varchar not null,
    state varchar not null,
    outcome varchar,
    intent varchar,
    decided_by varchar,
    decided_at timestamp,
    fixed_at timestamp,
    came_back_at timestamp,
    by_hand boolean not null,
    founded_at timestamp not null,
    messages bigint not null,
    utterances bigint not null,
    customers bigint not null,
    first_at timestamp not null,
    last_at timestamp not null,
    cost double precision not null
);

-- The failed messages themselves (kind failed), and those that were understood but probably wrong (kind doubt, with the
-- reason). Equal utterances share a key, a keyed hash. Those without text belong to no group.
create table review_members (
    customer_key uuid not null,
    event_key bigint not null,
    kind varchar not null,
    group_id uuid,
    utterance uuid,
    text varchar,
    normal varchar,
    channel varchar not null,
    language varchar not null,
    sent_at timestamp not null,
    typicality double precision not null,
    reason varchar,
    guess varchar,
    guess_confidence double precision,
    export_id uuid,
    exported_at timestamp
);

-- From where an utterance was moved by hand, so that it can go back.
create table review_moves (
    customer_key uuid not null,
    event_key bigint not null,
    decision_id uuid not null,
    from_group uuid not null
);

-- What was decided, by whom and when. Never changed but for undone_at; earlier is how the group stood before, as JSON.
create table review_decisions (
    decision_id uuid not null,
    group_id uuid not null,
    decided_at timestamp not null,
    actor varchar not null,
    what varchar not null,
    outcome varchar,
    intent varchar,
    earlier varchar not null,
    undone_at timestamp
);

-- What the bot has been taught already: the sentences of training files that were imported.
create table review_examples (
    source varchar not null,
    language varchar not null,
    intent varchar not null,
    text varchar not null,
    normal varchar not null
);

-- Every intent that was ever named: by events, training files or trainers.
create table review_intents (
    intent varchar primary key,
    named_at timestamp not null
);

-- What was exported, when and by whom. The utterances know in which export they last were.
create table review_exports (
    export_id uuid not null,
    made_at timestamp not null,
    made_by varchar not null,
    format varchar not null,
    groups bigint not null,
    examples bigint not null,
    masked bigint not null
);
