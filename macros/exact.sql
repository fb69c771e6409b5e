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

{# A decimal rounded once, half to even (GB/T 8170). #}
{% macro half_even(value, digits) -%}
    {{ return(adapter.dispatch('half_even', 'junheng')(value, digits)) }}
{%- endmacro %}

{% macro default__half_even(value, digits) -%}
    {%- set rounded -%} cast({{ value }} as decimal(28, {{ digits }})) {%- endset -%}
    {%- set unit -%} cast({{ '1' if digits == 0 else '0.' ~ '0' * (digits - 1) ~ '1' }} as decimal(28, {{ digits }})) {%- endset -%}
    case
        when
            abs(cast({{ rounded }} as decimal(28, 10)) - {{ value }}) * 2 = {{ unit }}
            and mod(cast({{ rounded }} * {{ 10**digits }} as decimal(28, 0)), 2) <> 0
        then cast({{ rounded }} - sign({{ value }}) * {{ unit }} as decimal(28, {{ digits }}))
        else {{ rounded }}
    end
{%- endmacro %}

{% macro spark__half_even(value, digits) -%}
    cast(bround({{ value }}, {{ digits }}) as decimal(28, {{ digits }}))
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
