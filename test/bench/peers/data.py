"""The numbers that both sides of a comparison work on: the same hash as in ../ours/data.ts (the finaliser of MurmurHash3)."""
import numpy as np


def column(which, length, low, high):
    """Numbers in [low, high) for positions 0 to length - 1 of a column, in float64."""
    with np.errstate(over="ignore"):
        h = np.arange(length, dtype=np.uint32) + np.uint32(which * 0x9E3779B9 & 0xFFFFFFFF)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return low + (high - low) * (h / 2.0**32)
