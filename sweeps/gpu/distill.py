"""Trains teachers side by side, then both shipped networks on their mean, on one CUDA device within a given time.

    python distill.py teacher FACES OUT NAME SHAPE SEED SECONDS [--whole]   # one process each; --whole: without the pooling after the stem
    python distill.py students FACES OUT SECONDS TEACHER [TEACHER ...]      # .pt files

FACES is pack.py's. The learning rate follows the wall clock, so that each process ends on time. Teachers see faces as they are, students the
same faces spoiled (src/Mien.Training/Augmentation): the answer for a dark face is what the teachers say of the bright one.
"""
import json
import lzma
import math
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from parts import CLASSES, OWN, Spoiler, network, own_levels

BATCH = 256
CHUNK = 4096
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
KINDS = torch.tensor([1.2, 1, 1, 1.3, 1, 1, 1, 2.5, 1, 1, 1, 1, 1, 1, 1.0])


def load(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(4), "little")))
        body = np.frombuffer(lzma.decompress(file.read()), np.uint8).copy()
    parts, place = {}, 0
    for name, length in header.items():
        parts[name] = torch.from_numpy(body[place:place + length])
        place += length
    faces = parts["train"].view(-1, 1, 48, 48).to(DEVICE)
    votes = parts["train_votes"].view(-1, CLASSES).float().to(DEVICE)
    own = functional.one_hot(parts["train_own"].long(), OWN).float().to(DEVICE)
    valid = own_levels(parts["valid"].view(-1, 1, 48, 48).float().to(DEVICE))
    shares = parts["valid_votes"].view(-1, CLASSES).float().to(DEVICE)
    return faces, votes / votes.sum(1, keepdim=True), own, valid, shares / shares.sum(1, keepdim=True), parts["valid_label"].long().to(DEVICE)


class Spoil(Spoiler):
    def __call__(self, faces, share):
        n = len(faces)
        out = faces.clone()
        spoils = (self.dark, self.flat, self.bright, self.noise, self.shot, self.blur, self.motion, self.jpeg, self.pixels, self.mask,
                  self.glasses, self.hand, self.half, self.turn, self.squeeze)
        # cuDNN would time its algorithms anew for each number of faces.
        torch.backends.cudnn.enabled = False
        for chance in (share, share / 4):
            kind = torch.multinomial(KINDS.to(DEVICE), n, replacement=True)
            kind[torch.rand(n, device=DEVICE) >= chance] = -1
            for k, spoil in enumerate(spoils):
                rows = torch.nonzero(kind == k).flatten()
                if len(rows) > 0:
                    strength = torch.rand(len(rows), 1, 1, 1, device=DEVICE) * 3
                    out[rows] = spoil(out[rows], strength).round().clamp(0, 255)
        torch.backends.cudnn.enabled = True
        return out


SPOIL = Spoil(torch, DEVICE)


def views(faces, share):
    """[N,1,48,48] bytes -> the same faces clean and spoiled, both moved alike. [N,2,48,48], normalized."""
    x = faces.float()
    x = torch.cat([x, SPOIL(x, share) if share > 0 else x], 1)
    n = len(x)

    def rand(): return torch.rand(n, 1, 1, 1, device=DEVICE)
    def around(extent): return (rand() * 2 - 1) * extent
    flip = (rand() < 0.5).float() * 2 - 1
    affine = rand() < 0.8
    zero, one = torch.zeros(n, 1, 1, 1, device=DEVICE), torch.ones(n, 1, 1, 1, device=DEVICE)
    angle = torch.where(affine, around(12) * math.pi / 180, zero)
    window = torch.where(affine, 0.82 + rand() * 0.32, one)
    dx = torch.where(affine, around(0.16), torch.randint(-4, 5, (n, 1, 1, 1), device=DEVICE) * (2 / 48))
    dy = torch.where(affine, around(0.16), torch.randint(-4, 5, (n, 1, 1, 1), device=DEVICE) * (2 / 48))
    cos, sin = torch.cos(angle) * window, torch.sin(angle) * window
    theta = torch.cat([cos * flip, -sin, dx, sin * flip, cos, dy], 3).view(n, 2, 3)
    grid = functional.affine_grid(theta, (n, 2, 48, 48), align_corners=False)
    x = functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
    line = torch.exp(-torch.arange(-2, 3, device=DEVICE).float() ** 2 / (2 * 1.2 ** 2))
    kernel = (line.view(5, 1) * line / line.sum() ** 2).view(1, 1, 5, 5).expand(2, 1, 5, 5).contiguous()
    torch.backends.cudnn.enabled = False
    soft = functional.conv2d(functional.pad(x, [2] * 4, mode="replicate"), kernel, groups=2)
    torch.backends.cudnn.enabled = True
    x = x + (soft - x) * torch.where(rand() < 0.15, rand() * 1.5 - 0.5, zero)
    x = x - x.mean((2, 3), keepdim=True)
    return x / x.square().mean((2, 3), keepdim=True).sqrt().clamp(min=1)


def fresh(shape, outputs, whole=False):
    model = network(torch, shape, outputs)
    if whole:
        model = torch.nn.Sequential(*[torch.nn.Identity() if isinstance(part, torch.nn.MaxPool2d) else part for part in model])
    for layer in model.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, 0, 0.01)
            torch.nn.init.zeros_(layer.bias)
    return model.to(DEVICE).to(memory_format=torch.channels_last)


class Learner:
    def __init__(self, name, shape, outputs, peak, decay, whole=False):
        self.name, self.shape, self.whole, self.peak = name, shape, whole, peak
        self.model = fresh(shape, outputs, whole)
        self.average = fresh(shape, outputs, whole)
        self.average.load_state_dict(self.model.state_dict())
        self.average.eval()
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        others = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.SGD(
            [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0}], lr=0.1, momentum=0.9, nesterov=True)
        self.mine = [p.data for p in self.average.parameters()] + self.floats(self.average)
        self.theirs = [p.data for p in self.model.parameters()] + self.floats(self.model)
        self.history, self.steps = [], 0

    @staticmethod
    def floats(model): return [buffer for buffer in model.buffers() if buffer.is_floating_point()]

    def step(self, x, targets, own, weight, done):
        rate = self.peak * (min(1, done / 0.04 + 0.01) if done < 0.04 else 0.5 * (1 + math.cos(math.pi * (done - 0.04) / 0.96)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(DEVICE.type, torch.bfloat16):
            scores = self.model(x)
        scores = scores.float()
        loss = -(targets * functional.log_softmax(scores[:, :CLASSES], 1)).sum(1).mean()
        total = loss - weight * (own * functional.log_softmax(scores[:, CLASSES:], 1)).sum(1).mean()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.optimizer.step()
        self.steps += 1
        with torch.no_grad():
            torch._foreach_lerp_(self.mine, self.theirs, 1 - min(0.998, self.steps / (self.steps + 20)))
        return loss.detach()

    def judge(self, valid, shares, label, epoch, loss, seconds):
        accuracy, nll, f1, _ = figures(answers(self.average, valid).clamp(min=1e-8).log(), shares, label)
        self.history.append({"epoch": epoch, "loss": loss, "accuracy": accuracy, "votes": nll, "f1": f1})
        print(f"{seconds:6.1f} s {self.name} epoch {epoch} loss {loss:.4f} PublicTest {accuracy * 100:.2f} % votes {nll:.4f} F1 {f1:.4f}", flush=True)


def answers(model, faces):
    with torch.no_grad():
        return torch.cat([functional.softmax(model(faces[i:i + 512].to(memory_format=torch.channels_last)).float()[:, :CLASSES], 1)
                          for i in range(0, len(faces), 512)])


def figures(scores, shares, label):
    accuracy = (scores.argmax(1) == label).float().mean().item()
    nll = -(shares * functional.log_softmax(scores, 1)).sum(1).mean().item()
    said, f1, recalls = scores.argmax(1), [], []
    for k in range(CLASSES):
        hits, real = ((said == k) & (label == k)).sum().item(), (label == k).sum().item()
        f1.append(2 * hits / max(1, (said == k).sum().item() + real))
        recalls.append(hits / max(1, real))
    return accuracy, nll, sum(f1) / CLASSES, sum(recalls) / CLASSES


def mixed(x, chance, *targets):
    if np.random.rand() >= chance:
        return (x, *targets)
    share, other = float(np.random.beta(0.4, 0.4)), torch.randperm(len(x), device=DEVICE)
    return tuple(part * share + part[other] * (1 - share) for part in (x, *targets))


def chunks(count):
    """Endless rows, in chunks that divide into batches, and the epoch so far."""
    epoch = 0
    while True:
        order = torch.randperm(count, device=DEVICE)
        for place in range(0, count - BATCH, CHUNK):
            rows = order[place:place + CHUNK]
            yield rows[:len(rows) // BATCH * BATCH], epoch + place / count
        epoch += 1


def teacher(data, out, name, shape, seed, seconds, whole):
    begun = time.time()
    torch.manual_seed(seed)
    np.random.seed(seed)
    faces, votes, own, valid, shares, label = load(data)
    learner = Learner(name, shape, CLASSES + OWN, 0.25, 0.001, whole)
    judged, done = 0.0, 0.0
    for rows, epoch in chunks(len(faces)):
        x, y, z = views(faces[rows], 0.15)[:, 1:], votes[rows], own[rows]
        learner.model.train()
        for i in range(0, len(rows), BATCH):
            part = slice(i, i + BATCH)
            loss = learner.step(*mixed(x[part].to(memory_format=torch.channels_last), 0.3, y[part], z[part]), 0.5, done)
        loss = loss.item()
        done = (time.time() - begun) / seconds
        if done - judged > 0.12 or done >= 1:
            judged = done
            learner.judge(valid, shares, label, round(epoch, 1), loss, time.time() - begun)
        if done >= 1:
            break
    torch.save({"shape": shape, "whole": whole, "state": learner.average.state_dict()}, f"{out}/{name}.pt")


def students(data, out, seconds, files):
    begun = time.time()
    torch.manual_seed(7)
    np.random.seed(7)
    faces, votes, own, valid, shares, label = load(data)
    teachers = []
    for file in files:
        kept = torch.load(file)
        model = fresh(kept["shape"], CLASSES + OWN, kept["whole"])
        model.load_state_dict(kept["state"])
        teachers.append(model.eval())
    said = sum((answers(t, valid) + answers(t, valid.flip(3))) / 2 for t in teachers) / len(teachers)
    print("teachers with flips: accuracy %.4f votes %.4f F1 %.4f recalls %.4f" % figures(said.clamp(min=1e-8).log(), shares, label), flush=True)
    whole = own_levels(faces.float())
    soft = sum((answers(t, whole) + answers(t, whole.flip(3))) / 2 for t in teachers) / len(teachers)
    soft.half().cpu().numpy().tofile(f"{out}/teachers-train.f16")
    teachers = [t.half() for t in teachers]
    learners = [Learner("accurate", "residual-deepstem-64.128.256-2.3.3", CLASSES + OWN, 0.2, 0.001),
                Learner("default", "residual-48.96.192-1.2.2", CLASSES + OWN, 0.2, 0.0007)]
    judged, done = 0.0, 0.0
    for rows, epoch in chunks(len(faces)):
        x, y, z = views(faces[rows], 0.4), votes[rows], own[rows]
        for learner in learners:
            learner.model.train()
        for i in range(0, len(rows), BATCH):
            part = slice(i, i + BATCH)
            pair, y_now, z_now = mixed(x[part], 0.4, y[part], z[part])
            with torch.no_grad():
                clean = pair[:, :1].half().contiguous(memory_format=torch.channels_last)
                taught = sum(functional.softmax(t(clean).float()[:, :CLASSES], 1) for t in teachers) / len(teachers)
            spoiled = pair[:, 1:].contiguous(memory_format=torch.channels_last)
            targets = taught * 0.75 + y_now * 0.25
            losses = [learner.step(spoiled, targets, z_now, 0.25, done) for learner in learners]
        losses = [loss.item() for loss in losses]
        done = (time.time() - begun) / seconds
        if done - judged > 0.09 or done >= 1:
            judged = done
            for learner, loss in zip(learners, losses):
                learner.judge(valid, shares, label, round(epoch, 1), loss, time.time() - begun)
        if done >= 1:
            break
    for learner in learners:
        vector = torch.cat([p.detach().float().contiguous().flatten() for p in learner.average.parameters()])
        vector.half().cpu().numpy().tofile(f"{out}/{learner.name}.weights.f16")
        buffers = torch.cat([b.float().flatten() for b in Learner.floats(learner.average)])
        buffers.cpu().numpy().tofile(f"{out}/{learner.name}.buffers.f32")
        with open(f"{out}/{learner.name}.history.json", "w") as file:
            json.dump(learner.history, file)


if __name__ == "__main__":
    torch.backends.cudnn.benchmark = True
    if sys.argv[1] == "teacher":
        teacher(*sys.argv[2:6], int(sys.argv[6]), float(sys.argv[7]), "--whole" in sys.argv)
    else:
        students(sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5:])
