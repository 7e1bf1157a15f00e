"""Forbids a process to start others, while it may still start threads.

RLIMIT_NPROC cannot do this: it counts threads as well, and libheif cannot decode without one; and
it does not bind root. So the kernel filters system calls (seccomp with a BPF program, see
linux/seccomp.h and linux/filter.h). One instruction is `struct sock_filter`: operation, jumps,
operand.
"""

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2  # linux/prctl.h
# BPF_LD_W_ABS, JEQ_K, JGE_K, JSET_K, RET_K
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _FAIL, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000  # SECCOMP_RET_*
_CLONE_THREAD = 0x0001_0000  # linux/sched.h
_CLONE3 = 435  # the same number everywhere
_X32 = 0x4000_0000  # of x86_64: from here on all calls have a second number


class _Calls(NamedTuple):
    """Numbers of one architecture: AUDIT_ARCH_* of linux/audit.h, and of system calls."""

    audit: int
    clone: int
    refused: tuple[int, ...]


_KNOWN = {
    "x86_64": _Calls(0xC000_003E, 56, (57, 58, 59, 322)),  # fork, vfork, execve, execveat
    "aarch64": _Calls(0xC000_00B7, 220, (221, 281)),  # execve, execveat
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid_processes() -> bool:
    """Whether from now on this process, its threads to come included, can start no other.

    False where the kernel or the architecture does not support it; nothing is forbidden then.
    """
    calls = _KNOWN.get(platform.machine())
    if calls is None:
        return False
    code = _filter(calls)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # the kernel demands it of all but root
    installed = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(installed == 0)


def _filter(calls: _Calls) -> bytes:
    """The program: another architecture's calls kill, what starts a process fails, all else passes.

    clone3 has its flags in memory, which a filter cannot read: it is reported as missing, and the
    C library uses clone instead.
    """
    fail, missing = _FAIL | errno.EPERM, _FAIL | errno.ENOSYS
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, calls.audit, yes=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        _instruction(_AT_LEAST, _X32, no=1),
        _instruction(_RETURN, fail),
    ]
    for number, answer in (*((each, fail) for each in calls.refused), (_CLONE3, missing)):
        code += [_instruction(_EQUAL, number, no=1), _instruction(_RETURN, answer)]
    code += [
        _instruction(_EQUAL, calls.clone, no=3),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_ANY_BIT, _CLONE_THREAD, yes=1),
        _instruction(_RETURN, fail),
        _instruction(_RETURN, _ALLOW),
    ]
    return b"".join(code)


def _instruction(operation: int, operand: int, yes: int = 0, no: int = 0) -> bytes:
    """`yes` and `no` are how many instructions a comparison skips."""
    return struct.pack("=HBBI", operation, yes, no, operand)
