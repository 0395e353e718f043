-- Replies that somebody took in hand and never said more of (a program was killed): nobody knows whether they arrived.
update outbox set
    state = 'unknown',
    said_at = outbox.state_at,
    state_at = cast(:now as timestamp),
    reason = cast(:reason as varchar)
where outbox.state = 'sending'
  and outbox.state_at < cast(:before as timestamp)
returning outbox.reply_id as reply_id
