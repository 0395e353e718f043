-- Customers for whom the bot is silent at this moment, whatever the period; one row. The language is that of the conversation.
select
    count(*) as muted_now
from customers
where customers.muted_until > cast(:now as timestamp)
  and (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
  and (cast(:languages as varchar[]) is null or customers.language = any(cast(:languages as varchar[])))
