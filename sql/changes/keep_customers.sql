-- Conversations as they are after a batch of events.
-- incoming: customer_key uuid, status varchar, language varchar, last_message_at timestamp, muted_until timestamp, search_key varchar, first_event_at timestamp, message_count bigint, language_at timestamp, language_seq bigint, last_user_at timestamp, last_user_seq bigint, last_user_event bigint, last_user_understood boolean, last_message_seq bigint, need_help_since timestamp, status_said_at timestamp, status_said_seq bigint, muted_at timestamp, muted_by varchar, mute_said_at timestamp, mute_said_seq bigint
update customers set
    status = incoming.status,
    language = incoming.language,
    last_message_at = incoming.last_message_at,
    muted_until = incoming.muted_until,
    search_key = incoming.search_key,
    first_event_at = incoming.first_event_at,
    message_count = incoming.message_count,
    language_at = incoming.language_at,
    language_seq = incoming.language_seq,
    last_user_at = incoming.last_user_at,
    last_user_seq = incoming.last_user_seq,
    last_user_event = incoming.last_user_event,
    last_user_understood = incoming.last_user_understood,
    last_message_seq = incoming.last_message_seq,
    need_help_since = incoming.need_help_since,
    status_said_at = incoming.status_said_at,
    status_said_seq = incoming.status_said_seq,
    muted_at = incoming.muted_at,
    muted_by = incoming.muted_by,
    mute_said_at = incoming.mute_said_at,
    mute_said_seq = incoming.mute_said_seq
from incoming
where customers.customer_key = incoming.customer_key
