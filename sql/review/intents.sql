-- Every intent that was ever named.
select review_intents.intent as intent
from review_intents
order by review_intents.intent
