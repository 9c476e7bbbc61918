#!/usr/bin/env bash
# SPI is called only by src/base/plan.c and src/base/bulk.c.
! grep -nE '\bSPI_(connect|finish|exec|prepare|keepplan|cursor|commit|rollback|start|freeplan|saveplan|open|fetch)[a-z_]*\(' \
    src/*.[ch] src/*/*.[ch] /dev/null | grep -vE '^src/base/(plan|bulk)\.c:'
