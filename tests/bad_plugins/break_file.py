#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a broken copy of a good 64-bit plugin: break_file.py CASE GOOD BROKEN."""
import os
import struct
import sys


def last_segment_end(elf):
    offset, = struct.unpack_from("=Q", elf, 32)
    size, count = struct.unpack_from("=HH", elf, 54)
    ends = []
    for i in range(count):
        begin, = struct.unpack_from("=Q", elf, offset + i * size + 8)
        length, = struct.unpack_from("=Q", elf, offset + i * size + 32)
        ends.append(begin + length)
    return max(ends)


def patched(elf, offset, form, value):
    broken = bytearray(elf)
    struct.pack_into(form, broken, offset, value)
    return bytes(broken)


def broken(case, elf):
    machine, = struct.unpack_from("=H", elf, 18)
    sections, = struct.unpack_from("=Q", elf, 40)
    return {
        "text": lambda: b"#!/bin/sh\necho I am not a plugin\n",
        "empty": lambda: b"",
        "truncated_header": lambda: elf[:40],
        "truncated_segment": lambda: elf[:last_segment_end(elf) - 16],
        "truncated_sections": lambda: elf[:sections + 10],
        "other_machine": lambda: patched(elf, 18, "=H", 183 if machine != 183 else 62),
        "other_class": lambda: patched(elf, 4, "=B", 1),
        "not_shared": lambda: patched(elf, 16, "=H", 2),
    }[case]()


case, good, target = sys.argv[1:]
with open(good, "rb") as file:
    content = broken(case, file.read())
os.makedirs(os.path.dirname(target), exist_ok=True)
with open(target, "wb") as file:
    file.write(content)
