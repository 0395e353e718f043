-- New conversations; nobody else writes meanwhile, so there are none of them.
-- incoming: customer_key uuid, channel varchar, status varchar, language varchar, last_message_at timestamp, muted_until timestamp, search_key varchar, first_event_at timestamp, message_count bigint, language_at timestamp, language_seq bigint, last_user_at timestamp, last_user_seq bigint, last_user_event bigint, last_user_understood boolean, last_message_seq bigint, need_help_since timestamp, status_said_at timestamp, status_said_seq bigint, muted_at timestamp, muted_by varchar, mute_said_at timestamp, mute_said_seq bigint
insert into customers (customer_key, channel, status, language, last_message_at, muted_until, search_key, first_event_at, message_count, language_at, language_seq, last_user_at, last_user_seq, last_user_event, last_user_understood, last_message_seq, need_help_since, status_said_at, status_said_seq, muted_at, muted_by, mute_said_at, mute_said_seq)
select
    customer_key,
    channel,
    status,
    language,
    last_message_at,
    muted_until,
    search_key,
    first_event_at,
    message_count,
    language_at,
    language_seq,
    last_user_at,
    last_user_seq,
    last_user_event,
    last_user_understood,
    last_message_seq,
    need_help_since,
    status_said_at,
    status_said_seq,
    muted_at,
    muted_by,
    mute_said_at,
    mute_said_seq
from incoming
order by customer_key
