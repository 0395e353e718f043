-- Sentences of a training file.
-- incoming: source varchar, language varchar, intent varchar, text varchar, normal varchar
insert into review_examples (source, language, intent, text, normal)
select
    source,
    language,
    intent,
    text,
    normal
from incoming
