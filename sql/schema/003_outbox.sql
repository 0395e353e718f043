-- Answers on their way out, and what came in from a channel's own webhook.

-- What agents answered, and what has become of it. Every reply is also a message (source misheard, id = reply_id).
create table outbox (
    customer_key uuid not null,
    reply_id varchar not null,
    event_key bigint not null,
    channel varchar not null,
    agent varchar not null,
    text varchar not null,
    created_at timestamp not null,
    state varchar not null,
    state_at timestamp not null,
    attempts bigint not null,
    due_at timestamp not null,
    said_at timestamp,
    message_id varchar,
    reason varchar,
    code varchar,
    primary key (customer_key, reply_id)
);

-- What a channel has said of what was delivered and read: of one message by the channel's own id, or ('') of everything
-- up to a time. It may come before we know the message.
create table receipts (
    customer_key uuid not null,
    state varchar not null,
    message_id varchar not null,
    up_to timestamp not null
);

-- What a webhook brought, before it is worked on and until then only; what could not be read stays a week, to be
-- looked at. Where nobody can say whose it is, customer_key is all zeros.
create table inbox (
    customer_key uuid not null,
    inbox_id uuid not null,
    source varchar not null,
    received_at timestamp not null,
    state varchar not null,
    reason varchar,
    body varchar not null
);

-- Until when a bot that has to be told was told to be silent; null: that it may answer.
create table bots_told (
    customer_key uuid primary key,
    told_until timestamp,
    attempts bigint not null,
    due_at timestamp not null
);

-- When a customer's profile was asked for at their channel, and when to ask again.
create table profiles_asked (
    customer_key uuid primary key,
    asked_at timestamp not null,
    due_at timestamp not null,
    outcome varchar not null
);
