# Prints a JSON text flat: a line for each scalar, PATH <tab> VALUE, as in
# /ethernets/nic0/addresses/0 <tab> 10.0.0.5/24. A newline in a value is \n
# and a backslash is \\, as printf's %b reads them.
function fail() {
    print "json: cannot read: " substr(text, 1, 40) >"/dev/stderr"
    failed = 1
    exit 1
}
function space() { sub(/^[ \t\r\n]+/, "", text) }
function unescaped(raw,    out, c) {
    while (match(raw, /\\./)) {
        out = out substr(raw, 1, RSTART - 1)
        c = substr(raw, RSTART + 1, 1)
        raw = substr(raw, RSTART + 2)
        if (c == "n") out = out "\\n"
        else if (c == "\\") out = out "\\\\"
        else if (c == "t") out = out "\t"
        else if (c == "u") { out = out "?"; raw = substr(raw, 5) }
        else if (c ~ /["\/]/) out = out c
    }
    return out raw
}
function string(    raw) {
    if (!match(text, /^"([^"\\]|\\.)*"/)) fail()
    raw = substr(text, 2, RLENGTH - 2)
    text = substr(text, RLENGTH + 1)
    return raw ~ /\\/ ? unescaped(raw) : raw
}
function members(path, close_at, named,    n, name) {
    text = substr(text, 2)
    space()
    if (substr(text, 1, 1) == close_at) { text = substr(text, 2); return }
    for (n = 0; ; n++) {
        space()
        name = n
        if (named) { name = string(); space(); if (text !~ /^:/) fail(); text = substr(text, 2) }
        value(path "/" name)
        space()
        if (substr(text, 1, 1) == close_at) { text = substr(text, 2); return }
        if (text !~ /^,/) fail()
        text = substr(text, 2)
    }
}
function value(path) {
    space()
    if (text ~ /^\{/) members(path, "}", 1)
    else if (text ~ /^\[/) members(path, "]", 0)
    else if (text ~ /^"/) print path "\t" string()
    else if (match(text, /^[-+.0-9a-zA-Z]+/)) {
        print path "\t" substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
    } else fail()
}
{ text = text $0 "\n" }
END { if (!failed) value("") }
