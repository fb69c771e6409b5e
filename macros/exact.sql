{# Numbers between doubles, decimals and text, the same to the last bit on every engine. #}
{#
    The double that is nearest to a decimal. DuckDB divides the digits of a decimal by its power of ten, which is the
    nearest double as long as they fit into 53 bits; beyond that the decimal is read as text.
#}
{% macro nearest_double(number) -%} {{ return(adapter.dispatch('nearest_double', 'junheng')(number)) }} {%- endmacro %}

{% macro default__nearest_double(number) -%}
    case
        when
            abs(cast({{ number }} as double))
            < 9e15 / power(10, coalesce(try_cast(regexp_extract(typeof({{ number }}), ',([0-9]+)', 1) as int), 0))
        then cast({{ number }} as double)
        else cast(cast({{ number }} as string) as double)
    end
{%- endmacro %}

{% macro spark__nearest_double(number) -%} cast({{ number }} as double) {%- endmacro %}

{#
    A double as a decimal: times the power of ten in double arithmetic, rounded half away from zero. Spark would read
    the shortest text of the double instead: it takes the whole number apart into two that a bigint holds exactly.
#}
{% macro decimal_of_double(number, precision, scale) -%}
    {{ return(adapter.dispatch('decimal_of_double', 'junheng')(number, precision, scale)) }}
{%- endmacro %}

{% macro default__decimal_of_double(number, precision, scale) -%}
    cast({{ number }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro spark__decimal_of_double(number, precision, scale) -%}
    {%- set whole -%} round(({{ number }}) * 1e{{ scale }}) {%- endset -%}
    {%- set high -%} floor({{ whole }} / 281474976710656D) {%- endset -%}
    {%- set low -%} cast({{ whole }} - {{ high }} * 281474976710656D as bigint) {%- endset -%}
    cast(
        cast(cast({{ high }} as decimal(38, 0)) * 281474976710656 + {{ low }} as string)
        || 'E-{{ scale }}' as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

{# A double as an exact decimal: a quotient that ends within nine places is itself again. #}
{% macro exact_decimal(number) -%} cast({{ decimal_of_double(number, 28, 9) }} as decimal(28, 10)) {%- endmacro %}

{# The square of a double: one multiplication, because power() is as exact as the library behind it. #}
{% macro squared(number) -%}({{ number }}) * ({{ number }}) {%- endmacro %}

{#
    A decimal (28, 10) of at most nine places, rounded once, half to even (GB/T 8170), to as many as a column says (0 to
    8). DuckDB divides wide decimals slowly. So it counts in billionths of what lies above an even number: that is a
    whole number well below 2^53, whose quotient by a power of ten is a half only where it is a tie; and a double becomes
    an integer half to even.
#}
{% macro rounded(value, places) -%} {{ return(adapter.dispatch('rounded', 'junheng')(value, places)) }} {%- endmacro %}

{% macro default__rounded(value, places) -%}
    {%- set even -%}
        case when {{ is_small(value) }} then 0 else cast(trunc({{ value }} * 0.5) as decimal(18, 0)) * 2 end
    {%- endset -%}
    cast({{ even }} as decimal(28, 9))
    + {{ small_rounded('cast(' ~ value ~ ' - cast(' ~ even ~ ' as decimal(18, 0)) as double)', places) }}
{%- endmacro %}

{% macro spark__rounded(value, places) -%}
    cast(
        case
            {{ places }}
            {%- for number in range(9) %} when {{ number }} then bround({{ value }}, {{ number }}) {%- endfor %}
        end as decimal(28, 9)
    )
{%- endmacro %}

{# The same of a figure that is small, by which it is cheaper; NULL for others. #}
{% macro rounded_small(value, places) -%}
    {{ return(adapter.dispatch('rounded_small', 'junheng')(value, places)) }}
{%- endmacro %}

{% macro default__rounded_small(value, places) -%}
    {{ small_rounded('case when ' ~ is_small(value) ~ ' then cast(' ~ value ~ ' as double) end', places) }}
{%- endmacro %}

{% macro spark__rounded_small(value, places) -%}
    case when {{ is_small(value) }} then cast({{ rounded(value, places) }} as decimal(18, 9)) end
{%- endmacro %}

{% macro is_small(value) -%} abs({{ value }}) < 1000000 {%- endmacro %}

{% macro small_rounded(number, places) -%}
    {%- set unit -%} [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1][{{ places }} + 1] {%- endset -%}
    cast(cast(round({{ number }} * 1e9) / {{ unit }} as bigint) * {{ unit }} / 1e9 as decimal(18, 9))
{%- endmacro %}

{# A decimal of (at most) so many places as text. Spark writes small ones as 1E-7 where ANSI is off. #}
{% macro decimal_text(number, places) -%}
    {{ return(adapter.dispatch('decimal_text', 'junheng')(number, places)) }}
{%- endmacro %}

{% macro default__decimal_text(number, places) -%} cast({{ number }} as string) {%- endmacro %}

{% macro spark__decimal_text(number, places) -%}
    {%- if places > 6 -%} replace(format_number({{ number }}, {{ places }}), ',', '')
    {%- else -%} cast({{ number }} as string)
    {%- endif -%}
{%- endmacro %}
