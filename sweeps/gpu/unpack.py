"""Writes what distill.py brought back into a run's folder that `mien train` began.

    python unpack.py RUN NAME.weights.f16 NAME.buffers.f32 NAME.history.json
"""
import array
import json
import struct
import sys


def main(run, weights, buffers, history):
    with open(f"{run}/checkpoint.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__")
    with open(weights, "rb") as file:
        packed = file.read()
    vectors = {"weights": array.array("f", struct.unpack(f"<{len(packed) // 2}e", packed)), "buffers": array.array("f")}
    with open(buffers, "rb") as file:
        vectors["buffers"].frombytes(file.read())
    with open(history) as file:
        last = json.load(file)[-1]
    # One epoch, the last: `mien train --resume` counts on from it.
    epoch = {"epoch": round(last["epoch"]), "learningRate": 0, "trainLoss": last["loss"], "trainAccuracy": 0,
             "publicTestLoss": last["votes"], "publicTestAccuracy": last["accuracy"], "publicTestMacroF1": last["f1"],
             "best": True, "imagesPerSecond": 0, "seconds": 0}
    entries, parts, place = {"__metadata__": {"history": json.dumps([epoch])}}, [], 0
    for name, entry in header.items():
        size = entry["shape"][0]
        values = vectors["buffers" if name.endswith("buffers") else "weights"]
        assert len(values) == size, f"{name}: {len(values)} values for {size}"
        data = bytes(4 * size) if name == "momentum" else values.tobytes()
        entries[name] = {"dtype": "F32", "shape": [size], "data_offsets": [place, place + len(data)]}
        parts.append(data)
        place += len(data)
    packed = json.dumps(entries).encode()
    with open(f"{run}/checkpoint.safetensors", "wb") as file:
        file.write(len(packed).to_bytes(8, "little") + packed + b"".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:5])
