#!/usr/bin/env bash
# SPI is called only by src/base/plan.c, src/base/bulk.c and src/base/host_query.c.
! grep -nE '\bSPI_(connect|finish|exec|prepare|keepplan|cursor|commit|rollback|start|freeplan|saveplan|open|fetch)[a-z_]*\(' \
    src/*.[ch] src/*/*.[ch] /dev/null | grep -vE '^src/base/(plan|bulk|host_query)\.c:'
