#!/usr/bin/env bash
# libsodium is known only to src/crypto.
! grep -nE '#include <sodium|\bsodium_[a-z]+\(|\bcrypto_(aead|auth|box|generichash|kdf|pwhash|secret|sign|stream)[a-z_0-9]*\(' \
    src/*.[ch] src/*/*.[ch] /dev/null | grep -v '^src/crypto/'
