# SPDX-License-Identifier: Apache-2.0
# Makes a manual page (man(7)) of one of the .md files beside it: what they have of Markdown, and
# no more. Tables and "term" with ": text" below it become lists of terms.
#
#     awk -v version=0.1.0 -f roff.awk rialto.1.md > rialto.1

function plain(s) {
    gsub(/\\/, "\\e", s)
    if (s ~ /^[.']/)
        s = "\\&" s
    return s
}

function inline(s,    c) {
    gsub(/\\/, "\\e", s)
    while (match(s, /\[[^]]*\]\([^)]*\)/)) {
        c = substr(s, RSTART + 1, RLENGTH - 2)
        sub(/\]\(.*/, "", c)
        s = substr(s, 1, RSTART - 1) c substr(s, RSTART + RLENGTH)
    }
    while (match(s, /`[^`]+`/)) {
        c = substr(s, RSTART + 1, RLENGTH - 2)
        gsub(/-/, "\\-", c)
        s = substr(s, 1, RSTART - 1) "\\fB" c "\\fR" substr(s, RSTART + RLENGTH)
    }
    gsub(/\*\*/, "", s)
    if (s ~ /^[.']/)
        s = "\\&" s
    return s
}

function row(s,    cells, n, i, text) {
    gsub(/\\\|/, "\001", s)
    sub(/^\| */, "", s)
    sub(/ *\|$/, "", s)
    n = split(s, cells, / *\| */)
    for (i = 2; i <= n; i++)
        text = text (i > 2 && text != "" ? ": " : "") cells[i]
    gsub(/\001/, "|", cells[1])
    gsub(/\001/, "|", text)
    print ".TP\n" inline(cells[1]) "\n" inline(text)
}

# Further lines of an item, which are indented.
function more() {
    while (i < NR && line[i + 1] ~ /^  [^ ]/)
        print inline(substr(line[++i], 3))
}

function example(fenced) {
    print ".PP\n.EX"
    if (fenced) {
        while (i < NR && line[++i] !~ /^```/)
            print plain(line[i])
    } else {
        print plain(substr(line[i], 5))
        while (i < NR && (line[i + 1] ~ /^    / || (line[i + 1] == "" && line[i + 2] ~ /^    /)))
            print plain(substr(line[++i], 5))
    }
    print ".EE"
}

{ line[NR] = $0 }

END {
    for (i = 1; i <= NR; i++) {
        s = line[i]
        if (s ~ /^# /) {
            split(substr(s, 3), title, /[()]/)
            print ".TH " toupper(title[1]) " " title[2] " \"\" \"rialto " version "\""
        } else if (s ~ /^## /) {
            print ".SH " toupper(substr(s, 4))
        } else if (s ~ /^### /) {
            print ".SS " inline(substr(s, 5))
        } else if (s ~ /^```/) {
            example(1)
        } else if (s ~ /^    /) {
            example(0)
        } else if (s ~ /^\|/) {
            if (line[i + 1] ~ /^\|-/)
                i++ # what the columns are called
            else
                row(s)
        } else if (line[i + 1] ~ /^: /) {
            print ".TP\n" inline(s) "\n" inline(substr(line[++i], 3))
            more()
        } else if (s ~ /^- /) {
            print ".IP \\(bu 2\n" inline(substr(s, 3))
            more()
        } else if (s == "") {
            if (line[i + 1] !~ /^(#|\||```|- |    |$)/ && line[i + 2] !~ /^: /)
                print ".PP"
        } else {
            print inline(s)
        }
    }
}
