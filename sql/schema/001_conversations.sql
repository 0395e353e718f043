-- Who talks to the bot, what was said, and what is counted.
-- Every table that holds something of a customer carries customer_key: the HMAC of (channel, customer id) under
-- the store's own secret. No sequences and no foreign keys, so that rows can be distributed by that key.
-- Times are UTC without zone. Days are days of the dashboard's one time zone.

create table store_facts (
    name varchar primary key,
    value varchar not null
);

-- One row per conversation: all that the Customers list filters and sorts by, kept when events arrive.
create table customers (
    customer_key uuid primary key,
    channel varchar not null,
    status varchar not null,
    language varchar not null,
    last_message_at timestamp not null,
    muted_until timestamp,
    search_key varchar not null,
    first_event_at timestamp not null,
    message_count bigint not null,
    language_at timestamp not null,
    language_seq bigint not null,
    last_user_at timestamp not null,
    last_user_seq bigint not null,
    last_user_event bigint,
    last_user_understood boolean,
    last_message_seq bigint not null,
    need_help_since timestamp,
    status_said_at timestamp not null,
    status_said_seq bigint not null,
    muted_at timestamp,
    muted_by varchar,
    mute_said_at timestamp not null,
    mute_said_seq bigint not null
);

-- Personal data, apart from the rest.
create table people (
    customer_key uuid primary key,
    customer_id varchar not null,
    first_name varchar,
    last_name varchar,
    photo_url varchar,
    email varchar,
    phone_number varchar,
    gtu_accepted varchar,
    comments varchar,
    further_data varchar,
    said_at varchar not null,
    last_text varchar,
    last_sender varchar,
    need_help_reason varchar,
    mute_reason varchar
);

create table messages (
    customer_key uuid not null,
    event_key bigint not null,
    source varchar not null,
    event_id varchar not null,
    channel varchar not null,
    language varchar,
    sender varchar not null,
    kind varchar not null,
    text varchar,
    sent_at timestamp not null,
    seq bigint,
    arrived bigint not null,
    session varchar,
    understood boolean,
    intent varchar,
    confidence double precision,
    alternatives varchar,
    agent varchar,
    in_reply_to varchar,
    attachments varchar,
    countable boolean not null
);

-- Events that are not messages, so that a repeat is known as one.
create table other_events (
    customer_key uuid not null,
    event_key bigint not null,
    source varchar not null,
    event_id varchar not null,
    type varchar not null,
    sent_at timestamp not null
);

-- When the bot was silent for whom: [muted_at, coalesce(ended_at, muted_until)).
create table mutes (
    customer_key uuid not null,
    mute_id uuid not null,
    muted_at timestamp not null,
    muted_until timestamp not null,
    muted_by varchar not null,
    ended_at timestamp,
    ended_by varchar
);

-- Message-level counts: rows are differences (+n on write, -n on erasure), summed when asked.
create table daily_counts (
    day date not null,
    channel varchar not null,
    language varchar not null,
    eligible bigint not null,
    not_understood bigint not null,
    buttons bigint not null
);

-- Conversation-level counts: one row per customer, day and language; messages are all of that day, whoever wrote them
-- (those that name no language stand in any of the day's rows).
create table customer_days (
    customer_key uuid not null,
    day date not null,
    channel varchar not null,
    language varchar not null,
    messages bigint not null,
    eligible bigint not null,
    not_understood bigint not null,
    buttons bigint not null
);

-- What was done, by whom, when and why. Never changed; of an erased customer only the receipt stays.
create table activity (
    act_id uuid not null,
    done_at timestamp not null,
    recorded_at timestamp not null,
    actor varchar not null,
    act varchar not null,
    customer_key uuid,
    channel varchar,
    reason varchar,
    details varchar
);

-- The keys of erased customers: events up to erased_until never bring their history back.
create table erased (
    customer_key uuid primary key,
    erased_at timestamp not null,
    erased_until timestamp not null
);
