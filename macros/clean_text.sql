{# Text without the white space around it; empty text is NULL: not reported. #}
{% macro clean_text(column) -%} nullif({{ trimmed('cast(' ~ column ~ ' as string)') }}, '') {%- endmacro %}

{# Text without the spaces around it, those of Chinese text (U+3000) and of web pages (U+00A0) too. #}
{% macro trimmed(text) -%} {{ return(adapter.dispatch('trimmed', 'junheng')(text)) }} {%- endmacro %}

{% macro default__trimmed(text) -%} trim({{ text }}) {%- endmacro %}

{% macro spark__trimmed(text) -%}
    trim(
        both
        '\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'
        from {{ text }}
    )
{%- endmacro %}
