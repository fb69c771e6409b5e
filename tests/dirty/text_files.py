"""Text files: encodings, delimiters, line ends, what stands above and below a table."""

from __future__ import annotations

import codecs
from pathlib import Path

from tests.dirty.writing import (
    CLASSES,
    CLASSES_EN,
    SCHOOLS,
    THREE,
    school,
    table,
    write_bytes,
    write_text,
)

GOOD = table(CLASSES, THREE)


def make(folder: Path) -> None:
    """Write the files."""
    _encodings(folder)
    _delimiters(folder)
    _lines(folder)
    _around_the_table(folder)


def _encodings(folder: Path) -> None:
    write_text(folder / "csv_utf8.csv", GOOD)
    write_text(folder / "csv_utf8_bom.csv", GOOD, "utf-8-sig")
    write_text(folder / "csv_gbk.csv", GOOD, "gbk")
    # 䶮 and 𠮷 are in no GBK table: four bytes each.
    rare = table(SCHOOLS, [school("0500152001", "合成䶮小学"), school("0500152002", "合成𠮷小学")])
    write_text(folder / "csv_gb18030.csv", rare, "gb18030")
    tabs = table(CLASSES, THREE, "\t")
    write_bytes(folder / "csv_utf16le_bom.csv", codecs.BOM_UTF16_LE + tabs.encode("utf-16-le"))
    write_bytes(folder / "csv_utf16be_bom.csv", codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"))
    write_bytes(folder / "csv_utf16le_no_bom.csv", GOOD.encode("utf-16-le"))
    write_bytes(folder / "csv_utf16be_no_bom.csv", GOOD.encode("utf-16-be"))
    # The second record was pasted from a GB18030 file; the headers are ASCII, so that only names would suffer.
    english = table(
        (
            "school_year",
            "school_code",
            "school_name",
            "county_code",
            "county_name",
            "township",
            "school_kind",
            "ownership",
            "area_kind",
            "parent_code",
            "opened_year",
            "is_boarding",
        ),
        [school("0500152001"), school("0500152002"), school("0500152003")],
    ).splitlines(keepends=True)
    mixed = english[0] + english[1]
    write_bytes(
        folder / "csv_utf8_with_one_gbk_line.csv", mixed.encode() + english[2].encode("gbk") + english[3].encode()
    )
    lines = GOOD.encode().splitlines(keepends=True)
    write_bytes(folder / "csv_broken_byte.csv", b"".join([*lines[:2], lines[2].replace(b"02", b"\xff2"), lines[3]]))


def _delimiters(folder: Path) -> None:
    write_text(folder / "csv_semicolon.csv", table(CLASSES, THREE, ";"))
    write_text(folder / "csv_tab.tsv", table(CLASSES, THREE, "\t"))
    write_text(folder / "csv_tab_named_csv.csv", table(CLASSES, THREE, "\t"), "gb18030")
    write_text(folder / "csv_sep_line.csv", "sep=;\r\n" + table(CLASSES, THREE, ";"))
    write_text(folder / "csv_full_width_comma.csv", table(CLASSES, THREE).replace(",", "，"))


def _lines(folder: Path) -> None:
    names = [school("0500152001", "合成\n小学"), school("0500152002", "合成“二”小学, 东校区"), school("0500152003")]
    write_text(folder / "csv_quoted_line_break.csv", table(SCHOOLS, names))
    head, one, two, three = GOOD.splitlines(keepends=True)
    write_text(folder / "csv_unbalanced_quote.csv", head + one + two.replace("02,", '"02,') + three)
    write_text(folder / "csv_too_few_cells.csv", head + one + "2024,0500152001,小学,1\r\n" + three)
    write_text(folder / "csv_too_many_cells.csv", head + one + two.replace(",43", ",43,7") + three)
    write_text(folder / "csv_thousands_unquoted.csv", head + one + two.replace(",43", ",1,043") + three)
    write_text(folder / "csv_blank_lines.csv", head + "\r\n" + one + ",,,,,\r\n \r\n" + two + three + "\r\n\r\n")
    write_text(folder / "csv_mixed_line_ends.csv", head + one.replace("\r\n", "\n") + two + three.replace("\r\n", ""))
    write_text(folder / "csv_old_mac_line_ends.csv", GOOD.replace("\r\n", "\r"))
    write_text(folder / "csv_header_only.csv", head)
    write_bytes(folder / "csv_empty.csv", b"")
    write_bytes(folder / "csv_only_bom.csv", codecs.BOM_UTF8)
    write_text(folder / "csv_only_blank_lines.csv", "\r\n\r\n,,,\r\n")
    write_text(folder / "csv_only_title.csv", "潼南区2024年班级情况\r\n")
    write_text(folder / "csv_trailing_delimiters.csv", GOOD.replace("\r\n", ",,\r\n"))
    write_text(folder / "csv_no_header.csv", one + two + three)


def _around_the_table(folder: Path) -> None:
    head, one, two, three = GOOD.splitlines(keepends=True)
    title = "潼南区中小学班级情况表,,,,,\r\n填报单位：教育委员会,,,,,\r\n"
    note = "合计,,,,,135\r\n注：班额为9月1日实有人数。,,,,,\r\n填表人：,,,,,\r\n"
    write_text(folder / "csv_title_total_note.csv", title + GOOD + note, "gb18030")
    lone = GOOD + ",,,,,135\r\n,,,,,（以上为公办）\r\n"
    write_text(folder / "csv_lone_number_below.csv", lone)
    write_text(folder / "csv_total_contradicts.csv", GOOD + "合计,,,,,136\r\n")
    bom = codecs.BOM_UTF8.decode()
    other = [("2024", "0500152003", "小学", "2", "01", "39")]
    write_text(folder / "csv_bom_in_the_middle.csv", bom + head + one + two + bom + table(CLASSES, other) + three)
    write_text(folder / "csv_repeated_header.csv", head + one + two + head + three)
    write_text(folder / "csv_english_and_chinese.csv", table((*CLASSES_EN[:3], *CLASSES[3:]), THREE))
    # The name of a school may look like the word for a total, a note or a title.
    names = ["合计小学", "总计桥小学", "小计湾小学", "注溪小学", "说明村小学", "单位小学", "学校名称小学"]
    rows = [school(f"05001520{number:02}", name) for number, name in enumerate(names, start=1)]
    write_text(folder / "csv_names_like_totals_and_notes.csv", table(SCHOOLS, rows))
