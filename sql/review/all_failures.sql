-- All messages in the chosen period, channels and languages that were not understood, those of them that came without text, and when the last one was.
select
    count(*) as messages,
    count(*) filter (where review_members.group_id is null) as without_text,
    max(review_members.sent_at) as last_at
from review_members
where review_members.kind = cast(:kind as varchar)
  and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
  and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
  and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
  and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
