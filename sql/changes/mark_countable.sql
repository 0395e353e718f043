-- Which messages of some customers can count, the mutes considered that are known by now.
-- incoming: customer_key uuid
update messages set
    countable = messages.sender = 'user'
        and messages.kind <> 'button'
        and (messages.text is not null or messages.attachments is null)
        and not exists (
            select 1
            from mutes
            where mutes.customer_key = messages.customer_key
              and messages.sent_at >= mutes.muted_at
              and messages.sent_at < coalesce(mutes.ended_at, mutes.muted_until)
        )
from incoming
where messages.customer_key = incoming.customer_key
