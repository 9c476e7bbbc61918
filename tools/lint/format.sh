#!/usr/bin/env bash
# C code has the format that clang-format 14 gives it (make format).
tool=$(command -v clang-format-14 || command -v clang-format) || { echo "no clang-format"; exit 77; }
$tool --version | grep -q 'version 14\.' || { echo "clang-format is not version 14, which formats otherwise"; exit 77; }
files=$(ls src/*.[ch] src/*/*.[ch])
if [ "${1:-}" = --fix ]; then
    $tool -i $files
else
    $tool --dry-run -Werror $files 2>&1 | grep -E 'error:' | sed 's/error: code should be clang-formatted.*/not formatted/' | head -n 40
    [ "${PIPESTATUS[0]}" = 0 ]
fi
