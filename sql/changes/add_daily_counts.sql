-- Differences of the message-level counts.
-- incoming: day date, channel varchar, language varchar, eligible bigint, not_understood bigint, buttons bigint
insert into daily_counts (day, channel, language, eligible, not_understood, buttons)
select
    day,
    channel,
    language,
    eligible,
    not_understood,
    buttons
from incoming
