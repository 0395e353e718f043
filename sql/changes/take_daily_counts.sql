-- Takes the message-level counts of some days away, and gives them: for putting their sums in their place.
-- incoming: day date
delete from daily_counts
where daily_counts.day in (select incoming.day from incoming)
returning day, channel, language, eligible, not_understood, buttons
