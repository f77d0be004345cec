# Takes a multipart document apart: each part, headers and all, becomes a file
# PREFIX1, PREFIX2 …, whose names are printed. -v prefix=PREFIX
BEGIN { head = 1 }
head && /^\r?$/ {
    head = 0
    if (match(header, /boundary="[^"]*"/)) boundary = "--" substr(header, RSTART + 10, RLENGTH - 11)
    else if (match(header, /boundary=[^; \t]*/)) boundary = "--" substr(header, RSTART + 9, RLENGTH - 9)
    else exit
    next
}
head { header = header " " $0; next }
{ line = $0; sub(/\r$/, "", line) }
line == boundary "--" { exit }
line == boundary { n++; file = prefix n; print file; printf "" >file; next }
file != "" { print >file }
