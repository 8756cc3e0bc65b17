"""What src/Mien.Training does to faces and computes, in PyTorch: the network, the corruptions, the normalization by a face's own levels."""
import math

CLASSES = 8
OWN = 7


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
