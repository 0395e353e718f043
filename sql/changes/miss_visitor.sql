-- Replies that were sent to a visitor who is gone, and that their browser has not acknowledged, came too late.
update outbox set
    state = 'too_late',
    state_at = cast(:now as timestamp),
    reason = cast(:reason as varchar)
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.channel = 'webchat'
  and outbox.state = 'sent'
returning outbox.reply_id as reply_id
