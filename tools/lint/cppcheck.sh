#!/usr/bin/env bash
# cppcheck finds nothing.
command -v cppcheck > /dev/null || { echo "no cppcheck"; exit 77; }
cppcheck -j "$(nproc)" --enable=warning,performance,portability --inline-suppr --quiet --std=c11 --error-exitcode=1 \
    --suppress=unknownMacro -I src src client
