-- Conversations whose status is Not Understood now, of all those picked: of a period, those whose last message is in it.
-- The status is that of the last user message, unless somebody set Need Help.
select
    count(*) as conversations,
    count(*) filter (where picked.status = 'not_understood') as ended_not_understood
from picked
