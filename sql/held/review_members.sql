-- What one customer said that the bot did not understand, as the trainers see it.
select
    cast(review_members.customer_key as varchar) as customer_key,
    review_members.event_key as event_key,
    review_members.kind as kind,
    cast(review_members.group_id as varchar) as group_id,
    cast(review_members.utterance as varchar) as utterance,
    review_members.text as text,
    review_members.normal as normal,
    review_members.channel as channel,
    review_members.language as language,
    review_members.sent_at as sent_at,
    review_members.typicality as typicality,
    review_members.reason as reason,
    review_members.guess as guess,
    review_members.guess_confidence as guess_confidence,
    cast(review_members.export_id as varchar) as export_id,
    review_members.exported_at as exported_at
from review_members
where review_members.customer_key = cast(:customer_key as uuid)
order by review_members.sent_at
