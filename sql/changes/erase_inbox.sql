-- What came in about a customer and was not worked on yet, and whatever could not be read and names them, for good;
-- gives a row for each row. It has to go before people does.
delete from inbox
where inbox.customer_key = cast(:customer_key as uuid)
   or (
      inbox.customer_key = cast('00000000-0000-0000-0000-000000000000' as uuid)
      and exists (
          select 1
          from people
          where people.customer_key = cast(:customer_key as uuid)
            and position(people.customer_id in inbox.body) > 0
      )
   )
returning 1 as gone
