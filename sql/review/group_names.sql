-- The most typical utterances of some groups, the first of which is the group's name.
with said as (
    select
        review_members.group_id as group_id,
        review_members.utterance as utterance,
        -- Together, as what is masked in it depends on who said it.
        min(cast(review_members.customer_key as varchar) || review_members.text) as key_and_text,
        max(review_members.typicality) as typicality,
        count(*) as messages
    from review_members
    where review_members.group_id = any(cast(:keys as uuid[]))
    group by
        review_members.group_id,
        review_members.utterance
),
ranked as (
    select
        said.group_id as group_id,
        substr(said.key_and_text, 37) as text,
        substr(said.key_and_text, 1, 36) as customer_key,
        row_number() over (
            partition by said.group_id
            order by
                said.typicality + 0.05 * ln(said.messages) desc,
                said.utterance
        ) as place
    from said
)
select
    cast(ranked.group_id as varchar) as group_id,
    ranked.text as text,
    ranked.customer_key as customer_key,
    ranked.place as place
from ranked
where ranked.place <= 12
order by
    ranked.group_id,
    ranked.place
