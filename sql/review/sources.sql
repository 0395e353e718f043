-- The training files that were imported.
select
    review_examples.source as source,
    count(*) as examples,
    count(distinct review_examples.intent) as intents
from review_examples
group by review_examples.source
order by review_examples.source
