-- How many groups there are in each state, singles apart, and how many messages these have.
select
    review_groups.state as state,
    review_groups.utterances = 1 and review_groups.customers = 1 and review_groups.state = 'new' and review_groups.by_hand = false as single,
    count(*) as groups,
    count(*) filter (where review_groups.came_back_at is not null) as came_back,
    cast(sum(review_groups.messages) as bigint) as messages
from review_groups
where review_groups.kind = cast(:kind as varchar)
group by
    1,
    2
