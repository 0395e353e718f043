-- The utterances of one group: equal ones are one, with how often it was said, by how many, and where it was said last.
with said as (
    select
        review_members.utterance as utterance,
        review_members.text as text,
        review_members.customer_key as customer_key,
        review_members.event_key as event_key,
        review_members.channel as channel,
        review_members.language as language,
        review_members.sent_at as sent_at,
        review_members.typicality as typicality,
        review_members.exported_at as exported_at,
        review_members.reason as reason,
        row_number() over (
            partition by review_members.utterance
            order by
                review_members.sent_at desc,
                review_members.event_key
        ) as place
    from review_members
    where review_members.group_id = cast(:group_id as uuid)
)
select
    cast(said.utterance as varchar) as utterance,
    max(said.text) filter (where said.place = 1) as text,
    max(cast(said.customer_key as varchar)) filter (where said.place = 1) as customer_key,
    cast(max(said.event_key) filter (where said.place = 1) as varchar) as event_key,
    max(said.sent_at) as sent_at,
    min(said.language) as language,
    string_agg(distinct said.channel, ',') as channels,
    string_agg(distinct said.reason, ',') as reasons,
    count(*) as messages,
    count(distinct said.customer_key) as customers,
    count(*) filter (where said.exported_at is null) as not_exported,
    count(*) over () as utterances
from said
group by said.utterance
order by
    count(*) desc,
    max(said.typicality) desc,
    said.utterance
limit :many
offset :skip
