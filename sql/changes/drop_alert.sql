-- Something that nobody wants to be told of any more.
delete from alerts
where alert_id = cast(:alert_id as varchar)
returning measure, kind, bound, least, days, channel, language
