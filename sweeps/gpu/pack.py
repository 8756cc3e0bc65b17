"""Packs FER2013 with FER+'s votes for a machine that gets at most 64 MiB: python pack.py fer2013.zip fer2013new.csv FILE. No NumPy needed.

Training faces without copies and with a majority or divided votes, and PublicTest faces with a majority, as `mien train --labels ferplus
--keep-divided` takes them. PrivateTest is read only to leave out its copies; it never travels.
"""
import csv
import io
import json
import lzma
import sys
import zipfile

# FER+'s columns in the order of Mien's labels.
VOTES = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt", "unknown", "NF"]


def majority(votes):
    """FER+'s label by the paper's rule, -1 where there is none: src/Mien.Training/Datasets/FerPlus.cs."""
    most = max(range(len(votes)), key=lambda i: (votes[i], -i))
    return most if votes[most] > 1 and votes[most] * 2 > sum(v for v in votes if v > 1) else -1


def main(source, plus, target):
    with zipfile.ZipFile(source) as archive, archive.open(archive.namelist()[0]) as file:
        rows = [(int(r["emotion"]), bytes(map(int, r["pixels"].split())), r["Usage"]) for r in csv.DictReader(io.TextIOWrapper(file))]
    with open(plus) as file:
        votes = [[int(row[name]) for name in VOTES] for row in csv.DictReader(file)]
    tests = {face for _, face, usage in rows if usage != "Training"}
    parts = {name: bytearray() for name in ("train", "train_votes", "train_own", "valid", "valid_votes", "valid_label")}
    for (own, face, usage), counts in zip(rows, votes):
        label = majority(counts)
        divided = label < 0 and sum(counts[:8]) * 2 > sum(counts)
        if usage == "Training" and face not in tests and (0 <= label < 8 or divided):
            parts["train"] += face
            parts["train_votes"] += bytes(counts[:8])
            parts["train_own"].append(own)
        elif usage == "PublicTest" and 0 <= label < 8:
            parts["valid"] += face
            parts["valid_votes"] += bytes(counts[:8])
            parts["valid_label"].append(label)
    header = json.dumps({name: len(part) for name, part in parts.items()}).encode()
    filters = [{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2, "preset": 4}]
    body = lzma.compress(b"".join(parts.values()), lzma.FORMAT_XZ, filters=filters)
    with open(target, "wb") as file:
        file.write(len(header).to_bytes(4, "little") + header + body)
    print({name: len(part) for name, part in parts.items()}, f"{len(body) / 2**20:.1f} MiB")


if __name__ == "__main__":
    main(*sys.argv[1:4])
