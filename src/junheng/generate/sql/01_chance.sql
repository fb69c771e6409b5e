-- Chance: 64 bits of MD5 (RFC 1321, the same for ever) of a text that names what is drawn, cut into four numbers.
-- Nothing depends on what was drawn before, on the engine's version, or on the number of threads.

-- 64 bits for one thing that is drawn.
create or replace macro bits(topic) as md5_number_lower(concat(getvariable('seed'), '/', topic));

-- One of four numbers in 0 … 65535.
create or replace macro sixteen(bits64, place) as ((bits64 >> (16 * place)) & 65535)::bigint;

-- A whole number in low … high, both included.
create or replace macro whole(bits64, place, low, high) as
    (low + (sixteen(bits64, place) * (high - low + 1)) // 65536)::bigint;

-- True in so many of a thousand cases.
create or replace macro chance(bits64, place, permille) as sixteen(bits64, place) * 1000 < permille * 65536;

-- True for a share of the positions 0, 1, 2 …, spread evenly: a small school has its share too.
create or replace macro every(seat, permille, shift) as
    ((seat + 1) * permille + shift) // 1000 > (seat * permille + shift) // 1000;

-- A share of a number of people, rounded to whole people.
create or replace macro share_of(people, permille) as ((people * permille + 500) // 1000)::bigint;

create or replace macro digits(number, width) as lpad(number::varchar, width, '0');
