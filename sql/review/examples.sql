-- The sentences that the bot was taught.
select
    review_examples.text as text,
    review_examples.normal as normal,
    review_examples.language as language,
    review_examples.intent as intent
from review_examples
order by
    review_examples.intent,
    review_examples.text
limit :many
