"""Trains epochs of Mien runs on a CUDA device, from and to checkpoint.safetensors, for `mien train --resume` to finish.

Never run so far. A lent GPU machine has PyTorch but no .NET. `mien train` begins a run (config.json, checkpoint.safetensors), this script
trains most of its epochs, and `mien train --resume` trains the last ones, judges and exports.

    python epochs.py pack fer2013.zip fer2013new.csv faces.npz        # Training and PublicTest without copies; here
    python epochs.py train faces.npz OUT RUN [RUN ...] --stop EPOCH   # there; each RUN is a run's folder
"""
import csv
import hashlib
import io
import json
import math
import os
import sys
import time
import zipfile

import numpy as np

CLASSES = 8
OWN = 7
# FER+'s columns in the order of Mien's labels: anger, disgust, fear, happiness, sadness, surprise, neutral, contempt.
VOTES = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt", "unknown", "NF"]


def majority(votes):
    """FER+'s label by the paper's rule, -1 where there is none: src/Mien.Training/Datasets/FerPlus.cs."""
    most = int(np.argmax(votes))
    return most if votes[most] > 1 and votes[most] * 2 > votes[votes > 1].sum() else -1


def pack(source, plus, target):
    with zipfile.ZipFile(source) as archive, archive.open(archive.namelist()[0]) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file)))
    with open(plus) as file:
        votes = np.array([[int(row[name]) for name in VOTES] for row in csv.DictReader(file)], np.uint8)
    pixels = np.array([np.fromstring(row["pixels"], np.uint8, sep=" ") for row in rows])
    usage = np.array([row["Usage"] for row in rows])
    own = np.array([int(row["emotion"]) for row in rows], np.uint8)
    digests = [hashlib.sha256(face.tobytes()).digest() for face in pixels]
    tests = {digest for digest, name in zip(digests, usage) if name != "Training"}
    label = np.array([majority(row) for row in votes])
    divided = (label < 0) & (votes[:, :CLASSES].sum(1) * 2 > votes.sum(1))
    train = np.array([name == "Training" and digest not in tests for digest, name in zip(digests, usage)])
    train &= ((label >= 0) & (label < CLASSES)) | divided
    valid = (usage == "PublicTest") & (label >= 0) & (label < CLASSES)
    np.savez_compressed(
        target, train=pixels[train], train_votes=votes[train, :CLASSES], train_own=own[train],
        valid=pixels[valid], valid_label=label[valid].astype(np.uint8))
    print(f"{train.sum()} Training and {valid.sum()} PublicTest faces, {os.path.getsize(target) / 2**20:.1f} MiB")


def read_checkpoint(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    text = header.pop("__metadata__")
    return {name: np.frombuffer(data[entry["data_offsets"][0]:entry["data_offsets"][1]], np.float32).copy() for name, entry in header.items()}, text


def write_checkpoint(path, vectors, text):
    header, offset = {"__metadata__": text}, 0
    for name, values in vectors.items():
        header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": [offset, offset + 4 * len(values)]}
        offset += 4 * len(values)
    packed = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(packed).to_bytes(8, "little") + packed)
        for values in vectors.values():
            file.write(np.ascontiguousarray(values, np.float32).tobytes())


def network(torch, shape, outputs):
    """src/Mien.Training/Models/Residual.cs: parameters in the same order."""
    nn = torch.nn

    class Excite(nn.Module):
        def __init__(self, channels):
            super().__init__()
            hidden = max(channels // 8, 8)
            self.squeeze, self.excite = nn.Conv2d(channels, hidden, 1), nn.Conv2d(hidden, channels, 1)

        def forward(self, x):
            return x * torch.sigmoid(self.excite(torch.relu(self.squeeze(x.mean((2, 3), keepdim=True)))))

    class Block(nn.Module):
        def __init__(self, before, after, stride):
            super().__init__()
            self.conv1, self.norm1 = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)
            self.conv2, self.norm2 = nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after)
            self.excite = Excite(after)
            pool = [nn.AvgPool2d(stride)] if stride > 1 else []
            straight = stride == 1 and before == after
            self.shortcut = None if straight else nn.Sequential(*pool, nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after))

        def forward(self, x):
            y = self.excite(self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x))))))
            return torch.relu(y + (x if self.shortcut is None else self.shortcut(x)))

    parts = shape.split("-")[1:]
    deep = parts[0] == "deepstem"
    widths, depths = ([int(number) for number in part.split(".")] for part in parts[-2:])
    width = max(32, widths[0] // 2)

    def first(before):
        return [nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]

    layers = first(1) + (first(width) if deep else []) + [nn.MaxPool2d(2)]
    for stage, (after, depth) in enumerate(zip(widths, depths)):
        for block in range(depth):
            layers.append(Block(width, after, 2 if stage > 0 and block == 0 else 1))
            width = after
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(0.2), nn.Linear(width * 9, outputs))


class Spoiler:
    """The corruptions of src/Mien.Training/Augmentation in batches: near to them, not the same to the last level."""

    def __init__(self, torch, device):
        self.torch, self.device = torch, device

    def __call__(self, faces, share):
        """[N,1,48,48] levels 0..255."""
        torch = self.torch
        n = len(faces)
        out = faces.clone()
        for chance in (share, share / 4):
            kind = torch.randint(0, 15, (n,), device=self.device)
            kind[torch.rand(n, device=self.device) >= chance] = -1
            for k, spoil in enumerate((self.dark, self.flat, self.bright, self.noise, self.shot, self.blur, self.motion, self.jpeg,
                                       self.pixels, self.mask, self.glasses, self.hand, self.half, self.turn, self.squeeze)):
                rows = torch.nonzero(kind == k).flatten()
                if len(rows) > 0:
                    strength = torch.rand(len(rows), 1, 1, 1, device=self.device) * 3
                    out[rows] = spoil(out[rows], strength).round().clamp(0, 255)
        return out

    def at(self, strength, *values):
        torch = self.torch
        table = torch.tensor(values, device=self.device)
        below = strength.long().clamp(max=2)
        return table[below] + (table[below + 1] - table[below]) * (strength - below)

    def rand(self, s):
        return self.torch.rand_like(s)

    def dark(self, x, s): return x * self.at(s, 1, 0.25, 0.12, 0.06)
    def flat(self, x, s):
        mean = x.mean((2, 3), keepdim=True)
        return mean + (x - mean) * self.at(s, 1, 0.5, 0.25, 0.12)
    def bright(self, x, s): return x * self.at(s, 1, 1.5, 2.2, 3)
    def noise(self, x, s): return x + self.torch.randn_like(x) * self.at(s, 0, 10, 25, 50)
    def shot(self, x, s):
        photons = self.at(s, 1000, 60, 25, 10)
        return self.torch.poisson(x / 255 * photons) / photons * 255

    def kernel(self, x, weights):
        torch, size = self.torch, weights.shape[-1]
        pad = torch.nn.functional.pad(x, [size // 2] * 4, mode="replicate").transpose(0, 1)
        return torch.nn.functional.conv2d(pad, weights, groups=len(x)).transpose(0, 1)

    def blur(self, x, s):
        torch = self.torch
        sigma = self.at(s, 0.05, 1, 2, 3)
        line = torch.exp(-torch.arange(-9, 10, device=self.device).view(1, 1, 1, 19) ** 2 / (2 * sigma ** 2))
        line = line / line.sum(3, keepdim=True)
        return self.kernel(x, line.transpose(2, 3) @ line)

    def motion(self, x, s):
        torch = self.torch
        length, angle = self.at(s, 1, 5, 9, 13), self.rand(s) * math.pi
        along = (torch.arange(27, device=self.device).view(1, 1, 27) / 26 - 0.5) * length.view(-1, 1, 1)
        px = (7 + along * torch.cos(angle.view(-1, 1, 1))).squeeze(1)
        py = (7 + along * torch.sin(angle.view(-1, 1, 1))).squeeze(1)
        grid = torch.arange(15, device=self.device)
        wx = (1 - (px.unsqueeze(2) - grid).abs()).clamp(min=0)
        wy = (1 - (py.unsqueeze(2) - grid).abs()).clamp(min=0)
        weights = torch.einsum("nty,ntx->nyx", wy, wx).unsqueeze(1) / 27
        return self.kernel(x, weights)

    def jpeg(self, x, s):
        torch = self.torch
        quality = self.at(s, 100, 30, 10, 5).clamp(1, 99)
        scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
        base = torch.tensor([16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
                             29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
                             121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99.0], device=self.device).view(1, 1, 8, 8)
        table = ((base * scale + 50) / 100).floor().clamp(1, 255).repeat(1, 1, 6, 6)
        k, i = torch.arange(8, device=self.device).view(8, 1), torch.arange(8, device=self.device).view(1, 8)
        dct = torch.cos((2 * i + 1) * k * math.pi / 16) * 0.5
        dct[0] /= math.sqrt(2)
        dct = torch.block_diag(*[dct] * 6)
        coefficients = ((dct @ (x - 128) @ dct.T) / table).round() * table
        return dct.T @ coefficients @ dct + 128

    def pixels(self, x, s):
        torch = self.torch
        sides = self.at(s, 48, 24, 16, 12).round().long().flatten()
        out = x.clone()
        for side in sides.unique().tolist():
            rows = sides == side
            small = torch.nn.functional.interpolate(x[rows], size=side, mode="bilinear", antialias=True)
            out[rows] = torch.nn.functional.interpolate(small, size=48, mode="nearest")
        return out

    def places(self):
        line = (self.torch.arange(48, device=self.device) + 0.5) / 48
        return line.view(1, 1, 1, 48), line.view(1, 1, 48, 1)

    def around(self, s, extent): return (self.rand(s) * 2 - 1) * extent

    def shaded(self, s, grey):
        u, v = self.places()
        return grey + self.around(s, 30) * (2 * (u * self.rand(s) + v * self.rand(s)) - 1)

    def mask(self, x, s):
        u, v = self.places()
        middle, side = 0.5 + self.around(s, 0.03), 0.40 + self.around(s, 0.06)
        top, bottom = 0.68 - 0.07 * s + self.around(s, 0.03), 1.02 + self.around(s, 0.05)
        across = ((u - middle) / side).abs()
        inside = (across < 1 - 0.15 * ((v - top) / (bottom - top)).clamp(0, 1)) & (v > top - 0.02 + 0.1 * across ** 2) & (v < bottom - 0.1 * across ** 2)
        shade = self.shaded(s, self.rand(s) * 255)
        pleats = (self.rand(s) < 0.5) & (((v - top) / 0.075).frac().abs() < 0.18)
        return self.torch.where(inside, shade + pleats * self.around(s, 40), x)

    def glasses(self, x, s):
        u, v = self.places()
        radius = 0.10 + 0.025 * s
        height, apart = radius * (0.75 + self.around(s, 0.2)), 0.188 + self.around(s, 0.02)
        y, middle = 0.386 + self.around(s, 0.03), 0.5 + self.around(s, 0.03)
        dx, dy = ((u - middle).abs() - apart).abs() / radius, (v - y).abs() / height
        power = self.torch.where(self.rand(s) < 0.5, 2.0, 8.0)
        inside = (dx ** power + dy ** power < 1) | ((v - y + height * 0.3).abs() < 0.015)
        grey = self.torch.where(self.rand(s) < 0.25, self.rand(s) * 255, self.rand(s) * 60)
        return self.torch.where(inside, self.shaded(s, grey), x)

    def hand(self, x, s):
        torch = self.torch
        u, v = self.places()
        size = 0.14 + 0.055 * s
        centers = torch.tensor([[0.5, 0.785], [0.5, 0.386], [0.2, 0.6], [0.8, 0.6]], device=self.device)[torch.randint(0, 4, (len(x),), device=self.device)]
        du = u - centers[:, 0].view(-1, 1, 1, 1) - self.around(s, 0.06)
        dv = v - centers[:, 1].view(-1, 1, 1, 1) - self.around(s, 0.06)
        angle = self.rand(s) * 2 * math.pi
        a, b = du * torch.cos(angle) + dv * torch.sin(angle), dv * torch.cos(angle) - du * torch.sin(angle)
        grey = x[:, :, 19:34, 14:34].mean((2, 3), keepdim=True) + self.around(s, 25)
        fingers = (a.abs() < size * 1.04) & (b < 0) & (b > -size * 1.95)
        groove = ((a / (size * 0.52)).frac().abs() - 0.5).abs() * 24
        palm = (a.abs() < size * 1.05) & (b >= -size * 0.4) & (b < size * 1.5)
        return torch.where(palm, self.shaded(s, grey), torch.where(fingers, grey - groove, x))

    def half(self, x, s):
        torch = self.torch
        u, v = self.places()
        side = torch.randint(0, 4, (len(x), 1, 1, 1), device=self.device)
        tilt = self.around(s, 0.17)
        share = 0.2 + 0.1 * s
        depth = torch.where(side == 0, u + tilt * (v - 0.5), torch.where(side == 1, 1 - u + tilt * (v - 0.5), torch.where(side == 2, v + tilt * (u - 0.5), 1 - v + tilt * (u - 0.5))))
        return torch.where(depth < share, self.rand(s) * 255, x)

    def warp(self, x, angle, width, height):
        torch = self.torch
        cos, sin = torch.cos(angle), torch.sin(angle)
        theta = torch.cat([cos / width, sin / height, angle * 0, -sin / width, cos / height, angle * 0], 3).view(-1, 2, 3)
        grid = torch.nn.functional.affine_grid(theta, x.shape, align_corners=False)
        return torch.nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)

    def turn(self, x, s):
        one = self.torch.ones_like(s)
        return self.warp(x, self.rand(s).sub(0.5).sign() * self.at(s, 0, 10, 20, 30) * math.pi / 180, one, one)

    def squeeze(self, x, s):
        share, first, one = self.at(s, 1, 0.85, 0.7, 0.55), self.rand(s) < 0.5, self.torch.ones_like(s)
        return self.warp(x, s * 0, self.torch.where(first, share, one), self.torch.where(first, one, share))


def own_levels(x):
    x = x - x.mean((2, 3), keepdim=True)
    return x / x.square().mean((2, 3), keepdim=True).sqrt().clamp(min=1)


class Run:
    """One run folder on the device."""

    def __init__(self, torch, folder, device):
        self.torch, self.folder, self.device = torch, folder, device
        with open(f"{folder}/config.json") as file:
            config = json.load(file)
        self.options = config["options"]
        assert config["labels"][-1] == "contempt" and config["input"].get("levels") == "Face", "only FER+ runs with --levels face"
        self.vectors, self.text = read_checkpoint(f"{folder}/checkpoint.safetensors")
        self.outputs = CLASSES + (OWN if self.options["ownHead"] > 0 else 0)
        self.model = network(torch, self.options["architecture"], self.outputs).to(device).to(memory_format=torch.channels_last)
        self.put(self.model, "weights", "buffers")
        self.average = network(torch, self.options["architecture"], self.outputs).to(device).to(memory_format=torch.channels_last)
        self.put(self.average, "average", "average_buffers")

    def floats(self, model): return [buffer for buffer in model.buffers() if buffer.is_floating_point()]

    def put(self, model, weights, buffers):
        for name, targets in ((weights, list(model.parameters())), (buffers, self.floats(model))):
            vector, place = self.torch.from_numpy(self.vectors[name]).to(self.device), 0
            assert len(vector) == sum(t.numel() for t in targets), f"{self.folder}: {name} does not fit {self.options['architecture']}"
            for target in targets:
                target.data.copy_(vector[place:place + target.numel()].view(target.shape))
                place += target.numel()

    def flat(self, tensors):
        return self.torch.cat([t.detach().float().contiguous().flatten() for t in tensors]).cpu().numpy()

    def keep(self, weights, buffers, model):
        self.vectors[weights], self.vectors[buffers] = self.flat(model.parameters()), self.flat(self.floats(model))


def train(data, out, folders, stop):
    import torch
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = True
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with np.load(data) as file:
        faces = torch.from_numpy(file["train"]).view(-1, 1, 48, 48).to(device)
        votes = torch.from_numpy(file["train_votes"].astype(np.float32)).to(device)
        own = torch.nn.functional.one_hot(torch.from_numpy(file["train_own"].astype(np.int64)), OWN).float().to(device)
        valid = torch.from_numpy(file["valid"].astype(np.float32)).view(-1, 1, 48, 48).to(device)
        label = torch.from_numpy(file["valid_label"].astype(np.int64)).to(device)
    targets = torch.cat([votes / votes.sum(1, keepdim=True), own], 1)
    valid = own_levels(valid).to(memory_format=torch.channels_last)
    spoil = Spoiler(torch, device)
    for folder in folders:
        run = Run(torch, folder, device)
        one(torch, run, faces, targets, valid, label, spoil, stop, f"{out}/{os.path.basename(folder)}.safetensors")


def one(torch, run, faces, targets, valid, label, spoil, stop, target):
    options, augment, device = run.options, run.options["augmentation"], run.device
    functional = torch.nn.functional
    torch.manual_seed(options["seed"])
    batch, epochs, steps = options["batchSize"], options["epochs"], len(faces) // options["batchSize"]
    history = json.loads(run.text["history"])
    decays = [p for p in run.model.parameters() if p.dim() > 1]
    others = [p for p in run.model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.SGD(
        [{"params": decays, "weight_decay": options["weightDecay"]}, {"params": others, "weight_decay": 0}],
        lr=0.1, momentum=options["momentum"], nesterov=True)
    teachers = [Run(torch, folder, device).average.eval() for folder in options["teachers"]]
    warm, total = options["warmUpEpochs"] * steps, epochs * steps
    pairs = list(zip(run.average.parameters(), run.model.parameters())) + list(zip(run.floats(run.average), run.floats(run.model)))
    for epoch in range(len(history), stop):
        begun, seen, sum_loss, right = time.time(), 0, 0.0, 0
        small = augment["smallSize"] if augment["smallSize"] > 0 and epoch < int(augment["smallShare"] * epochs) else 48
        order = torch.randperm(len(faces), device=device)
        run.model.train()
        for step in range(steps):
            now = epoch * steps + step
            rate = options["learningRate"] * ((now + 1) / warm if now < warm else 0.5 * (1 + math.cos(math.pi * (now - warm) / (total - warm))))
            for group in optimiser.param_groups:
                group["lr"] = rate
            rows = order[step * batch:(step + 1) * batch]
            x, y = augmented(torch, faces[rows].float(), augment, small, spoil), targets[rows]
            if torch.rand(()) < augment["mixUp"]:
                share, other = float(np.random.beta(0.2, 0.2)), torch.randperm(len(rows), device=device)
                x, y = x * share + x[other] * (1 - share), y * share + y[other] * (1 - share)
            x = x.to(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                scores = run.model(x)
            scores = scores.float()
            loss = -(y[:, :CLASSES] * functional.log_softmax(scores[:, :CLASSES], 1)).sum(1).mean()
            if teachers:
                heat = options["teacherTemperature"]
                with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                    taught = sum(functional.softmax(teacher(x)[:, :CLASSES].float() / heat, 1) for teacher in teachers) / len(teachers)
                soft = -(taught * functional.log_softmax(scores[:, :CLASSES] / heat, 1)).sum(1).mean() * heat * heat
                loss = loss * (1 - options["teacherShare"]) + soft * options["teacherShare"]
            if run.outputs > CLASSES:
                loss = loss - options["ownHead"] * (y[:, CLASSES:] * functional.log_softmax(scores[:, CLASSES:], 1)).sum(1).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                decay = options["averageDecay"]
                torch._foreach_lerp_([a.data for a, _ in pairs], [b.data for _, b in pairs], 1 - decay)
            if step % 20 == 0:
                sum_loss, seen = sum_loss + loss.item(), seen + 1
                right += (scores[:, :CLASSES].argmax(1) == targets[rows, :CLASSES].argmax(1)).float().mean().item()
        run.average.eval()
        with torch.no_grad():
            scores = torch.cat([run.average(valid[i:i + 512]).float()[:, :CLASSES] for i in range(0, len(valid), 512)])
        accuracy = (scores.argmax(1) == label).float().mean().item()
        nll = functional.cross_entropy(scores, label).item()
        answers, f1 = scores.argmax(1), []
        for k in range(CLASSES):
            hits = ((answers == k) & (label == k)).sum().item()
            f1.append(2 * hits / max(1, (answers == k).sum().item() + (label == k).sum().item()))
        best = all(entry["publicTestAccuracy"] < accuracy for entry in history)
        seconds = time.time() - begun
        history.append({
            "epoch": epoch + 1, "learningRate": rate, "trainLoss": sum_loss / seen, "trainAccuracy": right / seen, "publicTestLoss": nll,
            "publicTestAccuracy": accuracy, "publicTestMacroF1": sum(f1) / CLASSES, "best": best,
            "imagesPerSecond": steps * batch / seconds, "seconds": seconds})
        if best:
            run.keep("best", "best_buffers", run.average)
        if (epoch + 1) % 5 == 0 or epoch + 1 == stop:
            print(f"{run.folder} {epoch + 1}/{epochs} loss {sum_loss / seen:.3f} PublicTest {accuracy * 100:.2f} % nll {nll:.4f} F1 {sum(f1) / CLASSES:.4f} {seconds:.1f} s", flush=True)
    run.keep("weights", "buffers", run.model)
    run.keep("average", "average_buffers", run.average)
    # Mien keeps the plain momentum of the sum of gradient and decay, as torch does.
    run.vectors["momentum"] = run.flat([optimiser.state[p]["momentum_buffer"] if p in optimiser.state else torch.zeros_like(p) for p in run.model.parameters()])
    run.text["history"] = json.dumps(history)
    write_checkpoint(target, run.vectors, run.text)


def augmented(torch, x, augment, size, spoil):
    n, device = len(x), x.device
    if augment["corruption"] > 0:
        x = spoil(x, augment["corruption"])

    def rand(): return torch.rand(n, 1, 1, 1, device=device)
    def around(extent): return (rand() * 2 - 1) * extent
    flip = (rand() < 0.5).float() * 2 - 1 if augment["flip"] else 1
    affine = rand() < augment["affine"]
    angle = torch.where(affine, around(augment["rotation"]) * math.pi / 180, 0)
    window = torch.where(affine, augment["minWindow"] + rand() * (augment["maxWindow"] - augment["minWindow"]), size / 48)
    slack = round(augment["shift"] * 48)
    dx = torch.where(affine, around(augment["shift"]) * 2, torch.randint(-slack, slack + 1, (n, 1, 1, 1), device=device) * 2 / 48)
    dy = torch.where(affine, around(augment["shift"]) * 2, torch.randint(-slack, slack + 1, (n, 1, 1, 1), device=device) * 2 / 48)
    cos, sin = torch.cos(angle) * window, torch.sin(angle) * window
    theta = torch.cat([cos * flip, -sin, dx, sin * flip, cos, dy], 3).view(n, 2, 3)
    grid = torch.nn.functional.affine_grid(theta, (n, 1, size, size), align_corners=False)
    x = torch.nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
    if augment["blur"] > 0:
        line = torch.exp(-torch.arange(-2, 3, device=device).float() ** 2 / (2 * 1.2 ** 2))
        kernel = (line.view(5, 1) * line / line.sum() ** 2).view(1, 1, 5, 5)
        soft = torch.nn.functional.conv2d(torch.nn.functional.pad(x, [2] * 4, mode="replicate"), kernel)
        x = x + (soft - x) * torch.where(rand() < augment["blur"], rand() * 1.5 - 0.5, 0)
    return own_levels(x)


if __name__ == "__main__":
    if sys.argv[1] == "pack":
        pack(*sys.argv[2:5])
    else:
        at = sys.argv.index("--stop")
        train(sys.argv[2], sys.argv[3], sys.argv[4:at], int(sys.argv[at + 1]))
