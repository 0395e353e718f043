-- Groups that two or more trainers have decided, and those of them on which their last words are the same.
with last_words as (
    select
        review_decisions.group_id as group_id,
        review_decisions.actor as actor,
        coalesce(review_decisions.intent, review_decisions.what) as word,
        row_number() over (
            partition by
                review_decisions.group_id,
                review_decisions.actor
            order by
                review_decisions.decided_at desc,
                review_decisions.decision_id
        ) as place
    from review_decisions
    where review_decisions.undone_at is null
      and review_decisions.what in ('decide', 'ignore')
),
of_groups as (
    select
        last_words.group_id as group_id,
        count(distinct last_words.word) as different
    from last_words
    where last_words.place = 1
    group by last_words.group_id
    having count(distinct last_words.actor) >= 2
)
select
    count(*) as groups,
    count(*) filter (where of_groups.different = 1) as agreed
from of_groups
