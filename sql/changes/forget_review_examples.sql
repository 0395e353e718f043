-- The sentences of a training file, before it is read anew.
delete from review_examples
where review_examples.source = cast(:source as varchar)
