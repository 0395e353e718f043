-- What the bot understood least: groups of the Review page by how many customers said something of theirs in the period, the most first; one row per group, with the number of all failed messages that have a group.
-- A group puts together what says the same in other words; what stands alone in its group is one utterance.
with said as (
    select
        review_members.group_id as group_id,
        count(*) as messages,
        count(distinct review_members.customer_key) as customers,
        sum(count(*)) over () as all_messages
    from review_members
    where review_members.kind = 'failed'
      and review_members.group_id is not null
      and review_members.sent_at >= cast(:since as timestamp)
      and review_members.sent_at < cast(:until as timestamp)
      and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
    group by
        review_members.group_id
)
select
    cast(said.group_id as varchar) as group_id,
    review_groups.state as state,
    review_groups.language as language,
    said.messages as messages,
    said.customers as customers,
    cast(said.all_messages as bigint) as all_messages
from said
join review_groups on review_groups.group_id = said.group_id
order by
    said.customers desc,
    said.messages desc,
    review_groups.group_id
limit :many
